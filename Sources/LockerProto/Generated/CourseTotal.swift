// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// locker.ledger.<course>, key c: what the whole course has. Ledgers of before there were quotas have none: the first
/// change sums their entries up.
package struct CourseTotal: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// `bytes`, field 2.
    package var bytes: Int64

    /// `volumes`, field 3.
    package var volumes: Int64

    /// Counts the changes, as in VolumeRecord.
    package var revision: UInt64

    /// What the class of the last volume made lets a student and the course have; 0 for as much as there is. Growth, which
    /// names no class, is held to it.
    package var studentBytes: Int64

    /// `student_volumes`, field 6.
    package var studentVolumes: Int64

    /// `course_bytes`, field 7.
    package var courseBytes: Int64

    /// `course_volumes`, field 8.
    package var courseVolumes: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        bytes: Int64 = 0,
        volumes: Int64 = 0,
        revision: UInt64 = 0,
        studentBytes: Int64 = 0,
        studentVolumes: Int64 = 0,
        courseBytes: Int64 = 0,
        courseVolumes: Int64 = 0
    ) {
        self.format = format
        self.bytes = bytes
        self.volumes = volumes
        self.revision = revision
        self.studentBytes = studentBytes
        self.studentVolumes = studentVolumes
        self.courseBytes = courseBytes
        self.courseVolumes = courseVolumes
    }
}

extension CourseTotal: WireMessage {
    package static let fullName = "locker.v1.CourseTotal"
    package static let wireDescriptor = WireDescriptor(locker__v1__course_total__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__CourseTotal.self).pointee
        self.init()
        self.format = raw.format
        self.bytes = raw.bytes
        self.volumes = raw.volumes
        self.revision = raw.revision
        self.studentBytes = raw.student_bytes
        self.studentVolumes = raw.student_volumes
        self.courseBytes = raw.course_bytes
        self.courseVolumes = raw.course_volumes
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__CourseTotal.self)
        raw.pointee.format = self.format
        raw.pointee.bytes = self.bytes
        raw.pointee.volumes = self.volumes
        raw.pointee.revision = self.revision
        raw.pointee.student_bytes = self.studentBytes
        raw.pointee.student_volumes = self.studentVolumes
        raw.pointee.course_bytes = self.courseBytes
        raw.pointee.course_volumes = self.courseVolumes
        self.unknownFields.write(to: wire, arena: arena)
    }
}
