// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// A snapshot of a volume: key s/<record key> of the snapshot's name, in the volume's pool and namespace.
package struct SnapshotRecord: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// `revision`, field 2.
    package var revision: UInt64

    /// `phase`, field 3.
    package var phase: SnapshotRecord.Phase

    /// `step`, field 4.
    package var step: Step?

    /// The request: name of CreateSnapshot, and a SHA-256 of the parameters that make two requests the same.
    package var requestName: String

    /// `parameters_digest`, field 11.
    package var parametersDigest: [UInt8]

    /// `parameters`, field 12.
    package var parameters: [String: String]

    /// The volume: its handle, the name of its request, and the key of its record.
    package var sourceVolumeID: String

    /// `source_name`, field 14.
    package var sourceName: String

    /// `source_key`, field 15.
    package var sourceKey: [UInt8]

    /// The handle of the group's snapshot that this is a part of; empty for one of its own.
    package var groupSnapshotID: String

    /// The volume's size at the time, as in VolumeRecord.
    package var payloadBytes: Int64

    /// `data_offset_bytes`, field 21.
    package var dataOffsetBytes: Int64

    /// The image, and the snapshot of it.
    package var imageName: String

    /// `image_id`, field 31.
    package var imageID: String

    /// `fsid`, field 32.
    package var fsid: String

    /// `pool_id`, field 33.
    package var poolID: Int64

    /// `rados_namespace`, field 34.
    package var radosNamespace: String

    /// `snapshot_name`, field 35.
    package var snapshotName: String

    /// `snapshot_id`, field 36.
    package var snapshotID: UInt64

    /// As in VolumeRecord.
    package var handleKey: UInt32

    /// Whose it is: the volume's.
    package var course: String

    /// `student`, field 41.
    package var student: String

    /// The volume's, at the time.
    package var capabilities: [Capability]

    /// What the volume held at the time.
    package var filesystem: Filesystem?

    /// `encryption`, field 52.
    package var encryption: VolumeRecord.Encryption

    /// `data_key_id`, field 53.
    package var dataKeyID: String

    /// `wrapping_key_id`, field 54.
    package var wrappingKeyID: String

    /// `clone_depth`, field 55.
    package var cloneDepth: UInt32

    /// Milliseconds since 1970; taken_at is the cluster's own time of the snapshot.
    package var createdAt: Int64

    /// `taken_at`, field 61.
    package var takenAt: Int64

    /// `deleting_at`, field 63.
    package var deletingAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        revision: UInt64 = 0,
        phase: SnapshotRecord.Phase = .init(rawValue: 0),
        step: Step? = nil,
        requestName: String = "",
        parametersDigest: [UInt8] = [],
        parameters: [String: String] = [:],
        sourceVolumeID: String = "",
        sourceName: String = "",
        sourceKey: [UInt8] = [],
        groupSnapshotID: String = "",
        payloadBytes: Int64 = 0,
        dataOffsetBytes: Int64 = 0,
        imageName: String = "",
        imageID: String = "",
        fsid: String = "",
        poolID: Int64 = 0,
        radosNamespace: String = "",
        snapshotName: String = "",
        snapshotID: UInt64 = 0,
        handleKey: UInt32 = 0,
        course: String = "",
        student: String = "",
        capabilities: [Capability] = [],
        filesystem: Filesystem? = nil,
        encryption: VolumeRecord.Encryption = .init(rawValue: 0),
        dataKeyID: String = "",
        wrappingKeyID: String = "",
        cloneDepth: UInt32 = 0,
        createdAt: Int64 = 0,
        takenAt: Int64 = 0,
        deletingAt: Int64 = 0
    ) {
        self.format = format
        self.revision = revision
        self.phase = phase
        self.step = step
        self.requestName = requestName
        self.parametersDigest = parametersDigest
        self.parameters = parameters
        self.sourceVolumeID = sourceVolumeID
        self.sourceName = sourceName
        self.sourceKey = sourceKey
        self.groupSnapshotID = groupSnapshotID
        self.payloadBytes = payloadBytes
        self.dataOffsetBytes = dataOffsetBytes
        self.imageName = imageName
        self.imageID = imageID
        self.fsid = fsid
        self.poolID = poolID
        self.radosNamespace = radosNamespace
        self.snapshotName = snapshotName
        self.snapshotID = snapshotID
        self.handleKey = handleKey
        self.course = course
        self.student = student
        self.capabilities = capabilities
        self.filesystem = filesystem
        self.encryption = encryption
        self.dataKeyID = dataKeyID
        self.wrappingKeyID = wrappingKeyID
        self.cloneDepth = cloneDepth
        self.createdAt = createdAt
        self.takenAt = takenAt
        self.deletingAt = deletingAt
    }

    /// The values of `Phase`; others survive as their numbers.
    package struct Phase: WireEnum {
        /// The number on the wire.
        package let rawValue: Int32

        /// The value with a number.
        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// `UNKNOWN`.
        package static let unknown = Self(rawValue: 0)

        /// `CREATING`.
        package static let creating = Self(rawValue: 1)

        /// `READY`.
        package static let ready = Self(rawValue: 2)

        /// `DELETING`.
        package static let deleting = Self(rawValue: 3)

        /// Every value with its name in the proto file.
        package static let names: [(value: Self, name: String)] = [
            (.unknown, "UNKNOWN"),
            (.creating, "CREATING"),
            (.ready, "READY"),
            (.deleting, "DELETING"),
        ]
    }
}

extension SnapshotRecord: WireMessage {
    package static let fullName = "locker.v1.SnapshotRecord"
    package static let wireDescriptor = WireDescriptor(locker__v1__snapshot_record__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__SnapshotRecord.self).pointee
        self.init()
        self.format = raw.format
        self.revision = raw.revision
        self.phase = .init(rawValue: Int32(bitPattern: raw.phase.rawValue))
        self.step = raw.step.map { Step(wire: $0) }
        self.requestName = WireReading.string(raw.request_name)
        self.parametersDigest = WireReading.bytes(raw.parameters_digest)
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
        self.sourceVolumeID = WireReading.string(raw.source_volume_id)
        self.sourceName = WireReading.string(raw.source_name)
        self.sourceKey = WireReading.bytes(raw.source_key)
        self.groupSnapshotID = WireReading.string(raw.group_snapshot_id)
        self.payloadBytes = raw.payload_bytes
        self.dataOffsetBytes = raw.data_offset_bytes
        self.imageName = WireReading.string(raw.image_name)
        self.imageID = WireReading.string(raw.image_id)
        self.fsid = WireReading.string(raw.fsid)
        self.poolID = raw.pool_id
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.snapshotName = WireReading.string(raw.snapshot_name)
        self.snapshotID = raw.snapshot_id
        self.handleKey = raw.handle_key
        self.course = WireReading.string(raw.course)
        self.student = WireReading.string(raw.student)
        self.capabilities = WireReading.messages(raw.capabilities, raw.n_capabilities)
        self.filesystem = raw.filesystem.map { Filesystem(wire: $0) }
        self.encryption = .init(rawValue: Int32(bitPattern: raw.encryption.rawValue))
        self.dataKeyID = WireReading.string(raw.data_key_id)
        self.wrappingKeyID = WireReading.string(raw.wrapping_key_id)
        self.cloneDepth = raw.clone_depth
        self.createdAt = raw.created_at
        self.takenAt = raw.taken_at
        self.deletingAt = raw.deleting_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__SnapshotRecord.self)
        raw.pointee.format = self.format
        raw.pointee.revision = self.revision
        raw.pointee.phase = .init(rawValue: UInt32(bitPattern: self.phase.rawValue))
        if let value = self.step {
            raw.pointee.step = try arena.message(value, as: Locker__V1__Step.self)
        }
        raw.pointee.request_name = try arena.string(self.requestName, "locker.v1.SnapshotRecord.request_name")
        (raw.pointee.parameters_digest.len, raw.pointee.parameters_digest.data) = arena.bytes(self.parametersDigest)
        raw.pointee.n_parameters = self.parameters.count
        raw.pointee.parameters = try arena.entries(
            self.parameters,
            in: Self.wireDescriptor,
            field: 12,
            as: Locker__V1__SnapshotRecord__ParametersEntry.self,
            "locker.v1.SnapshotRecord.parameters"
        )
        raw.pointee.source_volume_id = try arena.string(
            self.sourceVolumeID,
            "locker.v1.SnapshotRecord.source_volume_id"
        )
        raw.pointee.source_name = try arena.string(self.sourceName, "locker.v1.SnapshotRecord.source_name")
        (raw.pointee.source_key.len, raw.pointee.source_key.data) = arena.bytes(self.sourceKey)
        raw.pointee.group_snapshot_id = try arena.string(
            self.groupSnapshotID,
            "locker.v1.SnapshotRecord.group_snapshot_id"
        )
        raw.pointee.payload_bytes = self.payloadBytes
        raw.pointee.data_offset_bytes = self.dataOffsetBytes
        raw.pointee.image_name = try arena.string(self.imageName, "locker.v1.SnapshotRecord.image_name")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.v1.SnapshotRecord.image_id")
        raw.pointee.fsid = try arena.string(self.fsid, "locker.v1.SnapshotRecord.fsid")
        raw.pointee.pool_id = self.poolID
        raw.pointee.rados_namespace = try arena.string(self.radosNamespace, "locker.v1.SnapshotRecord.rados_namespace")
        raw.pointee.snapshot_name = try arena.string(self.snapshotName, "locker.v1.SnapshotRecord.snapshot_name")
        raw.pointee.snapshot_id = self.snapshotID
        raw.pointee.handle_key = self.handleKey
        raw.pointee.course = try arena.string(self.course, "locker.v1.SnapshotRecord.course")
        raw.pointee.student = try arena.string(self.student, "locker.v1.SnapshotRecord.student")
        raw.pointee.n_capabilities = self.capabilities.count
        raw.pointee.capabilities = try arena.messages(self.capabilities, as: Locker__V1__Capability.self)
        if let value = self.filesystem {
            raw.pointee.filesystem = try arena.message(value, as: Locker__V1__Filesystem.self)
        }
        raw.pointee.encryption = .init(rawValue: UInt32(bitPattern: self.encryption.rawValue))
        raw.pointee.data_key_id = try arena.string(self.dataKeyID, "locker.v1.SnapshotRecord.data_key_id")
        raw.pointee.wrapping_key_id = try arena.string(self.wrappingKeyID, "locker.v1.SnapshotRecord.wrapping_key_id")
        raw.pointee.clone_depth = self.cloneDepth
        raw.pointee.created_at = self.createdAt
        raw.pointee.taken_at = self.takenAt
        raw.pointee.deleting_at = self.deletingAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
