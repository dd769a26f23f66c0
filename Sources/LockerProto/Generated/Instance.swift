// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// One client instance of Ceph: what a fence takes.
package struct Instance: Sendable, Hashable {
    /// The entity address with its nonce, as `ceph osd blocklist add` takes it: "10.0.0.7:0/3021884519".
    package var address: String

    /// The process' own name (--instance-id for a controller, the node id for a node). A process that starts under
    /// the name of a predecessor may fence it at once.
    package var name: String

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        address: String = "",
        name: String = ""
    ) {
        self.address = address
        self.name = name
    }
}

extension Instance: WireMessage {
    package static let fullName = "locker.v1.Instance"
    package static let wireDescriptor = WireDescriptor(locker__v1__instance__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Instance.self).pointee
        self.init()
        self.address = WireReading.string(raw.address)
        self.name = WireReading.string(raw.name)
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Instance.self)
        raw.pointee.address = try arena.string(self.address, "locker.v1.Instance.address")
        raw.pointee.name = try arena.string(self.name, "locker.v1.Instance.name")
        self.unknownFields.write(to: wire, arena: arena)
    }
}
