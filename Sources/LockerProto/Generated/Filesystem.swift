// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// Where the one mkfs of a volume's life stands.
package struct Filesystem: Sendable, Hashable {
    /// `state`, field 1.
    package var state: Filesystem.State

    /// "ext4", "xfs".
    package var type: String

    /// `uuid`, field 3.
    package var uuid: String

    /// Who is, or was, formatting.
    package var nodeID: String

    /// `client_address`, field 5.
    package var clientAddress: String

    /// `attempt`, field 6.
    package var attempt: String

    /// `changed_at`, field 7.
    package var changedAt: Int64

    /// A clone or restore that has inherited its source's uuid and has to get its own at its first mount.
    package var uuidInherited: Bool

    /// The uuid that such a one is being given: set from before it is written to the device until it is its uuid.
    package var nextUuid: String

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        state: Filesystem.State = .init(rawValue: 0),
        type: String = "",
        uuid: String = "",
        nodeID: String = "",
        clientAddress: String = "",
        attempt: String = "",
        changedAt: Int64 = 0,
        uuidInherited: Bool = false,
        nextUuid: String = ""
    ) {
        self.state = state
        self.type = type
        self.uuid = uuid
        self.nodeID = nodeID
        self.clientAddress = clientAddress
        self.attempt = attempt
        self.changedAt = changedAt
        self.uuidInherited = uuidInherited
        self.nextUuid = nextUuid
    }

    /// The values of `State`; others survive as their numbers.
    package struct State: WireEnum {
        /// The number on the wire.
        package let rawValue: Int32

        /// The value with a number.
        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// `NONE`.
        package static let none = Self(rawValue: 0)

        /// `FORMATTING`.
        package static let formatting = Self(rawValue: 1)

        /// `FORMATTED`.
        package static let formatted = Self(rawValue: 2)

        /// Every value with its name in the proto file.
        package static let names: [(value: Self, name: String)] = [
            (.none, "NONE"),
            (.formatting, "FORMATTING"),
            (.formatted, "FORMATTED"),
        ]
    }
}

extension Filesystem: WireMessage {
    package static let fullName = "locker.v1.Filesystem"
    package static let wireDescriptor = WireDescriptor(locker__v1__filesystem__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Filesystem.self).pointee
        self.init()
        self.state = .init(rawValue: Int32(bitPattern: raw.state.rawValue))
        self.type = WireReading.string(raw.type)
        self.uuid = WireReading.string(raw.uuid)
        self.nodeID = WireReading.string(raw.node_id)
        self.clientAddress = WireReading.string(raw.client_address)
        self.attempt = WireReading.string(raw.attempt)
        self.changedAt = raw.changed_at
        self.uuidInherited = raw.uuid_inherited != 0
        self.nextUuid = WireReading.string(raw.next_uuid)
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Filesystem.self)
        raw.pointee.state = .init(rawValue: UInt32(bitPattern: self.state.rawValue))
        raw.pointee.type = try arena.string(self.type, "locker.v1.Filesystem.type")
        raw.pointee.uuid = try arena.string(self.uuid, "locker.v1.Filesystem.uuid")
        raw.pointee.node_id = try arena.string(self.nodeID, "locker.v1.Filesystem.node_id")
        raw.pointee.client_address = try arena.string(self.clientAddress, "locker.v1.Filesystem.client_address")
        raw.pointee.attempt = try arena.string(self.attempt, "locker.v1.Filesystem.attempt")
        raw.pointee.changed_at = self.changedAt
        raw.pointee.uuid_inherited = self.uuidInherited ? 1 : 0
        raw.pointee.next_uuid = try arena.string(self.nextUuid, "locker.v1.Filesystem.next_uuid")
        self.unknownFields.write(to: wire, arena: arena)
    }
}
