// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.Attached`.
package struct Attached: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// "/dev/ublkb0", "/dev/nbd0", "/dev/loop3".
    package var device: String

    /// `mapper`, field 3.
    package var mapper: String

    /// `size_bytes`, field 4.
    package var sizeBytes: Int64

    /// `read_only`, field 5.
    package var readOnly: Bool

    /// The librados client instance, "address:0/nonce": what a fence takes.
    package var clientAddress: String

    /// `fsid`, field 7.
    package var fsid: String

    /// `pool_id`, field 8.
    package var poolID: Int64

    /// `rados_namespace`, field 9.
    package var radosNamespace: String

    /// `image_name`, field 10.
    package var imageName: String

    /// `image_id`, field 11.
    package var imageID: String

    /// `counters`, field 12.
    package var counters: Counters?

    /// Empty while I/O works; else what went wrong last, in words.
    package var trouble: String

    /// Milliseconds the oldest unanswered request has waited; 0 without one.
    package var oldestRequestMs: Int64

    /// Whether it is a dead process' device that nobody can serve on: what is mounted from it is of no use any more.
    package var abandoned: Bool

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        device: String = "",
        mapper: String = "",
        sizeBytes: Int64 = 0,
        readOnly: Bool = false,
        clientAddress: String = "",
        fsid: String = "",
        poolID: Int64 = 0,
        radosNamespace: String = "",
        imageName: String = "",
        imageID: String = "",
        counters: Counters? = nil,
        trouble: String = "",
        oldestRequestMs: Int64 = 0,
        abandoned: Bool = false
    ) {
        self.volumeID = volumeID
        self.device = device
        self.mapper = mapper
        self.sizeBytes = sizeBytes
        self.readOnly = readOnly
        self.clientAddress = clientAddress
        self.fsid = fsid
        self.poolID = poolID
        self.radosNamespace = radosNamespace
        self.imageName = imageName
        self.imageID = imageID
        self.counters = counters
        self.trouble = trouble
        self.oldestRequestMs = oldestRequestMs
        self.abandoned = abandoned
    }
}

extension Attached: WireMessage {
    package static let fullName = "locker.data.v1.Attached"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__attached__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__Attached.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.device = WireReading.string(raw.device)
        self.mapper = WireReading.string(raw.mapper)
        self.sizeBytes = raw.size_bytes
        self.readOnly = raw.read_only != 0
        self.clientAddress = WireReading.string(raw.client_address)
        self.fsid = WireReading.string(raw.fsid)
        self.poolID = raw.pool_id
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.imageName = WireReading.string(raw.image_name)
        self.imageID = WireReading.string(raw.image_id)
        self.counters = raw.counters.map { Counters(wire: $0) }
        self.trouble = WireReading.string(raw.trouble)
        self.oldestRequestMs = raw.oldest_request_ms
        self.abandoned = raw.abandoned != 0
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__Attached.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "locker.data.v1.Attached.volume_id")
        raw.pointee.device = try arena.string(self.device, "locker.data.v1.Attached.device")
        raw.pointee.mapper = try arena.string(self.mapper, "locker.data.v1.Attached.mapper")
        raw.pointee.size_bytes = self.sizeBytes
        raw.pointee.read_only = self.readOnly ? 1 : 0
        raw.pointee.client_address = try arena.string(self.clientAddress, "locker.data.v1.Attached.client_address")
        raw.pointee.fsid = try arena.string(self.fsid, "locker.data.v1.Attached.fsid")
        raw.pointee.pool_id = self.poolID
        raw.pointee.rados_namespace = try arena.string(self.radosNamespace, "locker.data.v1.Attached.rados_namespace")
        raw.pointee.image_name = try arena.string(self.imageName, "locker.data.v1.Attached.image_name")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.data.v1.Attached.image_id")
        if let value = self.counters {
            raw.pointee.counters = try arena.message(value, as: Locker__Data__V1__Counters.self)
        }
        raw.pointee.trouble = try arena.string(self.trouble, "locker.data.v1.Attached.trouble")
        raw.pointee.oldest_request_ms = self.oldestRequestMs
        raw.pointee.abandoned = self.abandoned ? 1 : 0
    }
}
