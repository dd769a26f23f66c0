// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// locker.ledger.<course>, key v/<record key>: what one volume counts for.
package struct LedgerEntry: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// `student`, field 2.
    package var student: String

    /// `bytes`, field 3.
    package var bytes: Int64

    /// `counted_at`, field 4.
    package var countedAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        student: String = "",
        bytes: Int64 = 0,
        countedAt: Int64 = 0
    ) {
        self.format = format
        self.student = student
        self.bytes = bytes
        self.countedAt = countedAt
    }
}

extension LedgerEntry: WireMessage {
    package static let fullName = "locker.v1.LedgerEntry"
    package static let wireDescriptor = WireDescriptor(locker__v1__ledger_entry__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__LedgerEntry.self).pointee
        self.init()
        self.format = raw.format
        self.student = WireReading.string(raw.student)
        self.bytes = raw.bytes
        self.countedAt = raw.counted_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__LedgerEntry.self)
        raw.pointee.format = self.format
        raw.pointee.student = try arena.string(self.student, "locker.v1.LedgerEntry.student")
        raw.pointee.bytes = self.bytes
        raw.pointee.counted_at = self.countedAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
