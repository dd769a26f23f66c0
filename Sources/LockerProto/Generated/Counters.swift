// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.Counters`.
package struct Counters: Sendable, Hashable {
    /// `reads`, field 1.
    package var reads: UInt64

    /// `read_bytes`, field 2.
    package var readBytes: UInt64

    /// `writes`, field 3.
    package var writes: UInt64

    /// `written_bytes`, field 4.
    package var writtenBytes: UInt64

    /// `discards`, field 5.
    package var discards: UInt64

    /// `flushes`, field 6.
    package var flushes: UInt64

    /// `errors`, field 7.
    package var errors: UInt64

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        reads: UInt64 = 0,
        readBytes: UInt64 = 0,
        writes: UInt64 = 0,
        writtenBytes: UInt64 = 0,
        discards: UInt64 = 0,
        flushes: UInt64 = 0,
        errors: UInt64 = 0
    ) {
        self.reads = reads
        self.readBytes = readBytes
        self.writes = writes
        self.writtenBytes = writtenBytes
        self.discards = discards
        self.flushes = flushes
        self.errors = errors
    }
}

extension Counters: WireMessage {
    package static let fullName = "locker.data.v1.Counters"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__counters__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__Counters.self).pointee
        self.init()
        self.reads = raw.reads
        self.readBytes = raw.read_bytes
        self.writes = raw.writes
        self.writtenBytes = raw.written_bytes
        self.discards = raw.discards
        self.flushes = raw.flushes
        self.errors = raw.errors
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__Counters.self)
        raw.pointee.reads = self.reads
        raw.pointee.read_bytes = self.readBytes
        raw.pointee.writes = self.writes
        raw.pointee.written_bytes = self.writtenBytes
        raw.pointee.discards = self.discards
        raw.pointee.flushes = self.flushes
        raw.pointee.errors = self.errors
    }
}
