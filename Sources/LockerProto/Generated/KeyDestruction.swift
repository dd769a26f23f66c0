// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// That key-encryption keys of a course are destroyed: the receipt of a StoredReceipt in the omap of
/// locker.key-destructions, in the pool's default namespace, key <course>/<destroyed_at>; while it is being done, key
/// <course>/ without a signature and a time. No number is one of ErasureReceipt's, so that neither's signature can be
/// taken for the other's.
package struct KeyDestruction: Sendable, Hashable {
    /// `format`, field 100.
    package var format: UInt32

    /// `course`, field 101.
    package var course: String

    /// `fsid`, field 102.
    package var fsid: String

    /// `pool_id`, field 103.
    package var poolID: Int64

    /// `pool`, field 104.
    package var pool: String

    /// Each as name#fingerprint.
    package var keys: [String]

    /// What was done, in words.
    package var how: String

    /// Whether it is an administrator's word that there was no other copy.
    package var attested: Bool

    /// Milliseconds since 1970.
    package var destroyedAt: Int64

    /// Who says so, as in ErasureReceipt.
    package var driverName: String

    /// `host`, field 131.
    package var host: String

    /// `version`, field 132.
    package var version: String

    /// `instance_key`, field 133.
    package var instanceKey: UInt32

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        course: String = "",
        fsid: String = "",
        poolID: Int64 = 0,
        pool: String = "",
        keys: [String] = [],
        how: String = "",
        attested: Bool = false,
        destroyedAt: Int64 = 0,
        driverName: String = "",
        host: String = "",
        version: String = "",
        instanceKey: UInt32 = 0
    ) {
        self.format = format
        self.course = course
        self.fsid = fsid
        self.poolID = poolID
        self.pool = pool
        self.keys = keys
        self.how = how
        self.attested = attested
        self.destroyedAt = destroyedAt
        self.driverName = driverName
        self.host = host
        self.version = version
        self.instanceKey = instanceKey
    }
}

extension KeyDestruction: WireMessage {
    package static let fullName = "locker.v1.KeyDestruction"
    package static let wireDescriptor = WireDescriptor(locker__v1__key_destruction__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__KeyDestruction.self).pointee
        self.init()
        self.format = raw.format
        self.course = WireReading.string(raw.course)
        self.fsid = WireReading.string(raw.fsid)
        self.poolID = raw.pool_id
        self.pool = WireReading.string(raw.pool)
        self.keys = WireReading.strings(raw.keys, raw.n_keys)
        self.how = WireReading.string(raw.how)
        self.attested = raw.attested != 0
        self.destroyedAt = raw.destroyed_at
        self.driverName = WireReading.string(raw.driver_name)
        self.host = WireReading.string(raw.host)
        self.version = WireReading.string(raw.version)
        self.instanceKey = raw.instance_key
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__KeyDestruction.self)
        raw.pointee.format = self.format
        raw.pointee.course = try arena.string(self.course, "locker.v1.KeyDestruction.course")
        raw.pointee.fsid = try arena.string(self.fsid, "locker.v1.KeyDestruction.fsid")
        raw.pointee.pool_id = self.poolID
        raw.pointee.pool = try arena.string(self.pool, "locker.v1.KeyDestruction.pool")
        raw.pointee.n_keys = self.keys.count
        raw.pointee.keys = try arena.strings(self.keys, "locker.v1.KeyDestruction.keys")
        raw.pointee.how = try arena.string(self.how, "locker.v1.KeyDestruction.how")
        raw.pointee.attested = self.attested ? 1 : 0
        raw.pointee.destroyed_at = self.destroyedAt
        raw.pointee.driver_name = try arena.string(self.driverName, "locker.v1.KeyDestruction.driver_name")
        raw.pointee.host = try arena.string(self.host, "locker.v1.KeyDestruction.host")
        raw.pointee.version = try arena.string(self.version, "locker.v1.KeyDestruction.version")
        raw.pointee.instance_key = self.instanceKey
        self.unknownFields.write(to: wire, arena: arena)
    }
}
