// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// A node that has, or may have, the image mapped.
package struct Attachment: Sendable, Hashable {
    /// `node_id`, field 1.
    package var nodeID: String

    /// The client instance that maps the image (kernel or librbd); empty between the claim and the mapping.
    package var clientAddress: String

    /// /proc/sys/kernel/random/boot_id at the claim: another value means that the node was restarted since.
    package var bootID: String

    /// `read_only`, field 4.
    package var readOnly: Bool

    /// Milliseconds since 1970. published_at is 0 when only NodeStageVolume claimed it.
    package var publishedAt: Int64

    /// `claimed_at`, field 6.
    package var claimedAt: Int64

    /// The mapper in use ("krbd", "fuse", ...), for administrators.
    package var mapper: String

    /// What ControllerPublishVolume was asked for: its capability and readonly; not set when only NodeStageVolume
    /// claimed the volume.
    package var capability: Capability?

    /// `published_read_only`, field 9.
    package var publishedReadOnly: Bool

    /// csi.v1.VolumeCapability.AccessMode.Mode that it is attached in: under MULTI_NODE_READER_ONLY there may be several
    /// attachments, all of them read_only.
    package var accessMode: Int32

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        nodeID: String = "",
        clientAddress: String = "",
        bootID: String = "",
        readOnly: Bool = false,
        publishedAt: Int64 = 0,
        claimedAt: Int64 = 0,
        mapper: String = "",
        capability: Capability? = nil,
        publishedReadOnly: Bool = false,
        accessMode: Int32 = 0
    ) {
        self.nodeID = nodeID
        self.clientAddress = clientAddress
        self.bootID = bootID
        self.readOnly = readOnly
        self.publishedAt = publishedAt
        self.claimedAt = claimedAt
        self.mapper = mapper
        self.capability = capability
        self.publishedReadOnly = publishedReadOnly
        self.accessMode = accessMode
    }
}

extension Attachment: WireMessage {
    package static let fullName = "locker.v1.Attachment"
    package static let wireDescriptor = WireDescriptor(locker__v1__attachment__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Attachment.self).pointee
        self.init()
        self.nodeID = WireReading.string(raw.node_id)
        self.clientAddress = WireReading.string(raw.client_address)
        self.bootID = WireReading.string(raw.boot_id)
        self.readOnly = raw.read_only != 0
        self.publishedAt = raw.published_at
        self.claimedAt = raw.claimed_at
        self.mapper = WireReading.string(raw.mapper)
        self.capability = raw.capability.map { Capability(wire: $0) }
        self.publishedReadOnly = raw.published_read_only != 0
        self.accessMode = raw.access_mode
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Attachment.self)
        raw.pointee.node_id = try arena.string(self.nodeID, "locker.v1.Attachment.node_id")
        raw.pointee.client_address = try arena.string(self.clientAddress, "locker.v1.Attachment.client_address")
        raw.pointee.boot_id = try arena.string(self.bootID, "locker.v1.Attachment.boot_id")
        raw.pointee.read_only = self.readOnly ? 1 : 0
        raw.pointee.published_at = self.publishedAt
        raw.pointee.claimed_at = self.claimedAt
        raw.pointee.mapper = try arena.string(self.mapper, "locker.v1.Attachment.mapper")
        if let value = self.capability {
            raw.pointee.capability = try arena.message(value, as: Locker__V1__Capability.self)
        }
        raw.pointee.published_read_only = self.publishedReadOnly ? 1 : 0
        raw.pointee.access_mode = self.accessMode
        self.unknownFields.write(to: wire, arena: arena)
    }
}
