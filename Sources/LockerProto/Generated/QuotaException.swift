// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// locker.ledger.<course>, key q/<student>, and key q for the course: what it may have instead of what the class says.
package struct QuotaException: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// Counts the changes, as in VolumeRecord.
    package var revision: UInt64

    /// `bytes`, field 3.
    package var bytes: QuotaException.Bound?

    /// `volumes`, field 4.
    package var volumes: QuotaException.Bound?

    /// Milliseconds since 1970.
    package var setAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        revision: UInt64 = 0,
        bytes: QuotaException.Bound? = nil,
        volumes: QuotaException.Bound? = nil,
        setAt: Int64 = 0
    ) {
        self.format = format
        self.revision = revision
        self.bytes = bytes
        self.volumes = volumes
        self.setAt = setAt
    }

    /// A bound that is not set is the class's.
    package struct Bound: Sendable, Hashable {
        /// `most`, field 1.
        package var most: Int64

        /// What a newer version has written besides.
        package var unknownFields = WireUnknownFields()

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            most: Int64 = 0
        ) {
            self.most = most
        }
    }
}

extension QuotaException: WireMessage {
    package static let fullName = "locker.v1.QuotaException"
    package static let wireDescriptor = WireDescriptor(locker__v1__quota_exception__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__QuotaException.self).pointee
        self.init()
        self.format = raw.format
        self.revision = raw.revision
        self.bytes = raw.bytes.map { QuotaException.Bound(wire: $0) }
        self.volumes = raw.volumes.map { QuotaException.Bound(wire: $0) }
        self.setAt = raw.set_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__QuotaException.self)
        raw.pointee.format = self.format
        raw.pointee.revision = self.revision
        if let value = self.bytes {
            raw.pointee.bytes = try arena.message(value, as: Locker__V1__QuotaException__Bound.self)
        }
        if let value = self.volumes {
            raw.pointee.volumes = try arena.message(value, as: Locker__V1__QuotaException__Bound.self)
        }
        raw.pointee.set_at = self.setAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}

extension QuotaException.Bound: WireMessage {
    package static let fullName = "locker.v1.QuotaException.Bound"
    package static let wireDescriptor = WireDescriptor(locker__v1__quota_exception__bound__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__QuotaException__Bound.self).pointee
        self.init()
        self.most = raw.most
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__QuotaException__Bound.self)
        raw.pointee.most = self.most
        self.unknownFields.write(to: wire, arena: arena)
    }
}
