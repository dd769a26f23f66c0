// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// A step in work: only its owner goes on with it, or whoever has fenced the owner.
package struct Step: Sendable, Hashable {
    /// `owner`, field 1.
    package var owner: Instance?

    /// Milliseconds since 1970, on the owner's clock.
    package var startedAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        owner: Instance? = nil,
        startedAt: Int64 = 0
    ) {
        self.owner = owner
        self.startedAt = startedAt
    }
}

extension Step: WireMessage {
    package static let fullName = "locker.v1.Step"
    package static let wireDescriptor = WireDescriptor(locker__v1__step__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Step.self).pointee
        self.init()
        self.owner = raw.owner.map { Instance(wire: $0) }
        self.startedAt = raw.started_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Step.self)
        if let value = self.owner {
            raw.pointee.owner = try arena.message(value, as: Locker__V1__Instance.self)
        }
        raw.pointee.started_at = self.startedAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
