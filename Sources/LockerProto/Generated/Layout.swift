// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// locker.layout: how the records of one pool and RADOS namespace are spread.
package struct Layout: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// A power of two.
    package var shards: UInt32

    /// `created_at`, field 3.
    package var createdAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        shards: UInt32 = 0,
        createdAt: Int64 = 0
    ) {
        self.format = format
        self.shards = shards
        self.createdAt = createdAt
    }
}

extension Layout: WireMessage {
    package static let fullName = "locker.v1.Layout"
    package static let wireDescriptor = WireDescriptor(locker__v1__layout__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Layout.self).pointee
        self.init()
        self.format = raw.format
        self.shards = raw.shards
        self.createdAt = raw.created_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Layout.self)
        raw.pointee.format = self.format
        raw.pointee.shards = self.shards
        raw.pointee.created_at = self.createdAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
