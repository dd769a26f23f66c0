// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// locker.courses, in the pool's default namespace, one key a course.
package struct Course: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// `name`, field 2.
    package var name: String

    /// `rados_namespace`, field 3.
    package var radosNamespace: String

    /// `registered_at`, field 4.
    package var registeredAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        name: String = "",
        radosNamespace: String = "",
        registeredAt: Int64 = 0
    ) {
        self.format = format
        self.name = name
        self.radosNamespace = radosNamespace
        self.registeredAt = registeredAt
    }
}

extension Course: WireMessage {
    package static let fullName = "locker.v1.Course"
    package static let wireDescriptor = WireDescriptor(locker__v1__course__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Course.self).pointee
        self.init()
        self.format = raw.format
        self.name = WireReading.string(raw.name)
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.registeredAt = raw.registered_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Course.self)
        raw.pointee.format = self.format
        raw.pointee.name = try arena.string(self.name, "locker.v1.Course.name")
        raw.pointee.rados_namespace = try arena.string(self.radosNamespace, "locker.v1.Course.rados_namespace")
        raw.pointee.registered_at = self.registeredAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
