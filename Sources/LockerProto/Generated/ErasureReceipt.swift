// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// What a receipt says.
package struct ErasureReceipt: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// The volume, and whose it was.
    package var requestName: String

    /// `pv_name`, field 11.
    package var pvName: String

    /// `pvc_name`, field 12.
    package var pvcName: String

    /// `pvc_namespace`, field 13.
    package var pvcNamespace: String

    /// `course`, field 14.
    package var course: String

    /// `student`, field 15.
    package var student: String

    /// The image.
    package var imageName: String

    /// `image_id`, field 21.
    package var imageID: String

    /// `fsid`, field 22.
    package var fsid: String

    /// `pool_id`, field 23.
    package var poolID: Int64

    /// `pool`, field 24.
    package var pool: String

    /// `rados_namespace`, field 25.
    package var radosNamespace: String

    /// `payload_bytes`, field 30.
    package var payloadBytes: Int64

    /// Where and how many its objects were; existing_objects is how many were removed.
    package var plan: ErasurePlan?

    /// Milliseconds since 1970: made, deletion begun, in the trash, objects removed, nothing found any more.
    package var createdAt: Int64

    /// `deleting_at`, field 41.
    package var deletingAt: Int64

    /// `trashed_at`, field 42.
    package var trashedAt: Int64

    /// `removed_at`, field 43.
    package var removedAt: Int64

    /// `erased_at`, field 44.
    package var erasedAt: Int64

    /// `checks`, field 50.
    package var checks: [ErasureReceipt.Check]

    /// `key_fate`, field 51.
    package var keyFate: ErasureReceipt.KeyFate

    /// `key_destroyed_at`, field 52.
    package var keyDestroyedAt: Int64

    /// The name of the data key, under which it was; empty for none.
    package var dataKeyID: String

    /// As in VolumeRecord. Once a KeyDestruction names them all, the key is destroyed with them.
    package var wrappingKeys: [String]

    /// Who says so: the driver's name, the controller's, its version, and the number of the instance key that signed (0
    /// for none).
    package var driverName: String

    /// `controller`, field 61.
    package var controller: String

    /// `version`, field 62.
    package var version: String

    /// `instance_key`, field 63.
    package var instanceKey: UInt32

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        requestName: String = "",
        pvName: String = "",
        pvcName: String = "",
        pvcNamespace: String = "",
        course: String = "",
        student: String = "",
        imageName: String = "",
        imageID: String = "",
        fsid: String = "",
        poolID: Int64 = 0,
        pool: String = "",
        radosNamespace: String = "",
        payloadBytes: Int64 = 0,
        plan: ErasurePlan? = nil,
        createdAt: Int64 = 0,
        deletingAt: Int64 = 0,
        trashedAt: Int64 = 0,
        removedAt: Int64 = 0,
        erasedAt: Int64 = 0,
        checks: [ErasureReceipt.Check] = [],
        keyFate: ErasureReceipt.KeyFate = .init(rawValue: 0),
        keyDestroyedAt: Int64 = 0,
        dataKeyID: String = "",
        wrappingKeys: [String] = [],
        driverName: String = "",
        controller: String = "",
        version: String = "",
        instanceKey: UInt32 = 0
    ) {
        self.format = format
        self.requestName = requestName
        self.pvName = pvName
        self.pvcName = pvcName
        self.pvcNamespace = pvcNamespace
        self.course = course
        self.student = student
        self.imageName = imageName
        self.imageID = imageID
        self.fsid = fsid
        self.poolID = poolID
        self.pool = pool
        self.radosNamespace = radosNamespace
        self.payloadBytes = payloadBytes
        self.plan = plan
        self.createdAt = createdAt
        self.deletingAt = deletingAt
        self.trashedAt = trashedAt
        self.removedAt = removedAt
        self.erasedAt = erasedAt
        self.checks = checks
        self.keyFate = keyFate
        self.keyDestroyedAt = keyDestroyedAt
        self.dataKeyID = dataKeyID
        self.wrappingKeys = wrappingKeys
        self.driverName = driverName
        self.controller = controller
        self.version = version
        self.instanceKey = instanceKey
    }

    /// What became of the data key.
    package struct KeyFate: WireEnum {
        /// The number on the wire.
        package let rawValue: Int32

        /// The value with a number.
        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// `NONE`.
        package static let none = Self(rawValue: 0)

        /// `KEY_REMOVED`.
        package static let keyRemoved = Self(rawValue: 1)

        /// `KEK_DESTROYED`.
        package static let kekDestroyed = Self(rawValue: 2)

        /// Every value with its name in the proto file.
        package static let names: [(value: Self, name: String)] = [
            (.none, "NONE"),
            (.keyRemoved, "KEY_REMOVED"),
            (.kekDestroyed, "KEK_DESTROYED"),
        ]
    }

    /// One thing that was looked for and not found.
    package struct Check: Sendable, Hashable {
        /// "header", "data", ...
        package var name: String

        /// What was looked for, in words.
        package var lookedFor: String

        /// What a newer version has written besides.
        package var unknownFields = WireUnknownFields()

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            name: String = "",
            lookedFor: String = ""
        ) {
            self.name = name
            self.lookedFor = lookedFor
        }
    }
}

extension ErasureReceipt: WireMessage {
    package static let fullName = "locker.v1.ErasureReceipt"
    package static let wireDescriptor = WireDescriptor(locker__v1__erasure_receipt__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasureReceipt.self).pointee
        self.init()
        self.format = raw.format
        self.requestName = WireReading.string(raw.request_name)
        self.pvName = WireReading.string(raw.pv_name)
        self.pvcName = WireReading.string(raw.pvc_name)
        self.pvcNamespace = WireReading.string(raw.pvc_namespace)
        self.course = WireReading.string(raw.course)
        self.student = WireReading.string(raw.student)
        self.imageName = WireReading.string(raw.image_name)
        self.imageID = WireReading.string(raw.image_id)
        self.fsid = WireReading.string(raw.fsid)
        self.poolID = raw.pool_id
        self.pool = WireReading.string(raw.pool)
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.payloadBytes = raw.payload_bytes
        self.plan = raw.plan.map { ErasurePlan(wire: $0) }
        self.createdAt = raw.created_at
        self.deletingAt = raw.deleting_at
        self.trashedAt = raw.trashed_at
        self.removedAt = raw.removed_at
        self.erasedAt = raw.erased_at
        self.checks = WireReading.messages(raw.checks, raw.n_checks)
        self.keyFate = .init(rawValue: Int32(bitPattern: raw.key_fate.rawValue))
        self.keyDestroyedAt = raw.key_destroyed_at
        self.dataKeyID = WireReading.string(raw.data_key_id)
        self.wrappingKeys = WireReading.strings(raw.wrapping_keys, raw.n_wrapping_keys)
        self.driverName = WireReading.string(raw.driver_name)
        self.controller = WireReading.string(raw.controller)
        self.version = WireReading.string(raw.version)
        self.instanceKey = raw.instance_key
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasureReceipt.self)
        raw.pointee.format = self.format
        raw.pointee.request_name = try arena.string(self.requestName, "locker.v1.ErasureReceipt.request_name")
        raw.pointee.pv_name = try arena.string(self.pvName, "locker.v1.ErasureReceipt.pv_name")
        raw.pointee.pvc_name = try arena.string(self.pvcName, "locker.v1.ErasureReceipt.pvc_name")
        raw.pointee.pvc_namespace = try arena.string(self.pvcNamespace, "locker.v1.ErasureReceipt.pvc_namespace")
        raw.pointee.course = try arena.string(self.course, "locker.v1.ErasureReceipt.course")
        raw.pointee.student = try arena.string(self.student, "locker.v1.ErasureReceipt.student")
        raw.pointee.image_name = try arena.string(self.imageName, "locker.v1.ErasureReceipt.image_name")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.v1.ErasureReceipt.image_id")
        raw.pointee.fsid = try arena.string(self.fsid, "locker.v1.ErasureReceipt.fsid")
        raw.pointee.pool_id = self.poolID
        raw.pointee.pool = try arena.string(self.pool, "locker.v1.ErasureReceipt.pool")
        raw.pointee.rados_namespace = try arena.string(self.radosNamespace, "locker.v1.ErasureReceipt.rados_namespace")
        raw.pointee.payload_bytes = self.payloadBytes
        if let value = self.plan {
            raw.pointee.plan = try arena.message(value, as: Locker__V1__ErasurePlan.self)
        }
        raw.pointee.created_at = self.createdAt
        raw.pointee.deleting_at = self.deletingAt
        raw.pointee.trashed_at = self.trashedAt
        raw.pointee.removed_at = self.removedAt
        raw.pointee.erased_at = self.erasedAt
        raw.pointee.n_checks = self.checks.count
        raw.pointee.checks = try arena.messages(self.checks, as: Locker__V1__ErasureReceipt__Check.self)
        raw.pointee.key_fate = .init(rawValue: UInt32(bitPattern: self.keyFate.rawValue))
        raw.pointee.key_destroyed_at = self.keyDestroyedAt
        raw.pointee.data_key_id = try arena.string(self.dataKeyID, "locker.v1.ErasureReceipt.data_key_id")
        raw.pointee.n_wrapping_keys = self.wrappingKeys.count
        raw.pointee.wrapping_keys = try arena.strings(self.wrappingKeys, "locker.v1.ErasureReceipt.wrapping_keys")
        raw.pointee.driver_name = try arena.string(self.driverName, "locker.v1.ErasureReceipt.driver_name")
        raw.pointee.controller = try arena.string(self.controller, "locker.v1.ErasureReceipt.controller")
        raw.pointee.version = try arena.string(self.version, "locker.v1.ErasureReceipt.version")
        raw.pointee.instance_key = self.instanceKey
        self.unknownFields.write(to: wire, arena: arena)
    }
}

extension ErasureReceipt.Check: WireMessage {
    package static let fullName = "locker.v1.ErasureReceipt.Check"
    package static let wireDescriptor = WireDescriptor(locker__v1__erasure_receipt__check__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasureReceipt__Check.self).pointee
        self.init()
        self.name = WireReading.string(raw.name)
        self.lookedFor = WireReading.string(raw.looked_for)
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasureReceipt__Check.self)
        raw.pointee.name = try arena.string(self.name, "locker.v1.ErasureReceipt.Check.name")
        raw.pointee.looked_for = try arena.string(self.lookedFor, "locker.v1.ErasureReceipt.Check.looked_for")
        self.unknownFields.write(to: wire, arena: arena)
    }
}
