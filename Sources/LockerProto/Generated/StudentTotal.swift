// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// locker.ledger.<course>, key s/<student>: what a student has.
package struct StudentTotal: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// `bytes`, field 2.
    package var bytes: Int64

    /// `volumes`, field 3.
    package var volumes: Int64

    /// Never written, and read by nobody: exceptions are under q/<student>, where also 0 can be said.
    package var quotaBytes: Int64

    /// `quota_volumes`, field 5.
    package var quotaVolumes: Int64

    /// Counts the changes, as in VolumeRecord.
    package var revision: UInt64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        bytes: Int64 = 0,
        volumes: Int64 = 0,
        quotaBytes: Int64 = 0,
        quotaVolumes: Int64 = 0,
        revision: UInt64 = 0
    ) {
        self.format = format
        self.bytes = bytes
        self.volumes = volumes
        self.quotaBytes = quotaBytes
        self.quotaVolumes = quotaVolumes
        self.revision = revision
    }
}

extension StudentTotal: WireMessage {
    package static let fullName = "locker.v1.StudentTotal"
    package static let wireDescriptor = WireDescriptor(locker__v1__student_total__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__StudentTotal.self).pointee
        self.init()
        self.format = raw.format
        self.bytes = raw.bytes
        self.volumes = raw.volumes
        self.quotaBytes = raw.quota_bytes
        self.quotaVolumes = raw.quota_volumes
        self.revision = raw.revision
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__StudentTotal.self)
        raw.pointee.format = self.format
        raw.pointee.bytes = self.bytes
        raw.pointee.volumes = self.volumes
        raw.pointee.quota_bytes = self.quotaBytes
        raw.pointee.quota_volumes = self.quotaVolumes
        raw.pointee.revision = self.revision
        self.unknownFields.write(to: wire, arena: arena)
    }
}
