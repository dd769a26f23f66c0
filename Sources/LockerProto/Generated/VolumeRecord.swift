// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.v1.VolumeRecord`.
package struct VolumeRecord: Sendable, Hashable {
    /// The version of this message's meaning: 1.
    package var format: UInt32

    /// Counts the changes, so that no two values of one key are equal.
    package var revision: UInt64

    /// `phase`, field 3.
    package var phase: VolumeRecord.Phase

    /// Set while a step is in work.
    package var step: Step?

    /// The request: name of CreateVolume, and a SHA-256 of the parameters that make two requests the same.
    package var requestName: String

    /// `parameters_digest`, field 11.
    package var parametersDigest: [UInt8]

    /// `parameters`, field 12.
    package var parameters: [String: String]

    /// `mutable_parameters`, field 13.
    package var mutableParameters: [String: String]

    /// `capabilities`, field 14.
    package var capabilities: [Capability]

    /// `source`, field 15.
    package var source: Source?

    /// Sizes in bytes. The image is payload_bytes + data_offset_bytes long.
    package var payloadBytes: Int64

    /// `data_offset_bytes`, field 21.
    package var dataOffsetBytes: Int64

    /// The image.
    package var imageName: String

    /// `image_id`, field 31.
    package var imageID: String

    /// `fsid`, field 32.
    package var fsid: String

    /// `pool_id`, field 33.
    package var poolID: Int64

    /// `rados_namespace`, field 34.
    package var radosNamespace: String

    /// The pool of the data objects when it is another one (erasure coded).
    package var dataPool: String

    /// `data_pool_id`, field 36.
    package var dataPoolID: Int64

    /// The number of the instance key that the handle is signed with, so that it stays the same text when another key
    /// signs new ones; 0 stands for the key that signs now.
    package var handleKey: UInt32

    /// Whose it is.
    package var course: String

    /// `student`, field 41.
    package var student: String

    /// `pvc_name`, field 42.
    package var pvcName: String

    /// `pvc_namespace`, field 43.
    package var pvcNamespace: String

    /// `pv_name`, field 44.
    package var pvName: String

    /// `attachments`, field 50.
    package var attachments: [Attachment]

    /// `filesystem`, field 51.
    package var filesystem: Filesystem?

    /// `encryption`, field 52.
    package var encryption: VolumeRecord.Encryption

    /// The name of the wrapped data key and of the key that wraps it; empty when plain.
    package var dataKeyID: String

    /// `wrapping_key_id`, field 54.
    package var wrappingKeyID: String

    /// How many images a read may have to go through below this one; 0 for an image that is no clone.
    package var cloneDepth: UInt32

    /// A clone that has to become independent of its parent: set until its flattening is done.
    package var flatten: Bool

    /// Where the volume can be reached from; empty for everywhere.
    package var topology: [String: String]

    /// Noted before the key of a deleted volume is destroyed: every key-encryption key that has ever wrapped it, as
    /// name#fingerprint; empty if that is not known.
    package var wrappingKeys: [String]

    /// Milliseconds since 1970.
    package var createdAt: Int64

    /// `ready_at`, field 61.
    package var readyAt: Int64

    /// `resized_at`, field 62.
    package var resizedAt: Int64

    /// `deleting_at`, field 63.
    package var deletingAt: Int64

    /// `key_destroyed_at`, field 64.
    package var keyDestroyedAt: Int64

    /// `trashed_at`, field 65.
    package var trashedAt: Int64

    /// How far the erasure is; not set before it has begun.
    package var erasure: ErasureProgress?

    /// What this is the archive of; not set for a volume in use.
    package var archive: Archive?

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        revision: UInt64 = 0,
        phase: VolumeRecord.Phase = .init(rawValue: 0),
        step: Step? = nil,
        requestName: String = "",
        parametersDigest: [UInt8] = [],
        parameters: [String: String] = [:],
        mutableParameters: [String: String] = [:],
        capabilities: [Capability] = [],
        source: Source? = nil,
        payloadBytes: Int64 = 0,
        dataOffsetBytes: Int64 = 0,
        imageName: String = "",
        imageID: String = "",
        fsid: String = "",
        poolID: Int64 = 0,
        radosNamespace: String = "",
        dataPool: String = "",
        dataPoolID: Int64 = 0,
        handleKey: UInt32 = 0,
        course: String = "",
        student: String = "",
        pvcName: String = "",
        pvcNamespace: String = "",
        pvName: String = "",
        attachments: [Attachment] = [],
        filesystem: Filesystem? = nil,
        encryption: VolumeRecord.Encryption = .init(rawValue: 0),
        dataKeyID: String = "",
        wrappingKeyID: String = "",
        cloneDepth: UInt32 = 0,
        flatten: Bool = false,
        topology: [String: String] = [:],
        wrappingKeys: [String] = [],
        createdAt: Int64 = 0,
        readyAt: Int64 = 0,
        resizedAt: Int64 = 0,
        deletingAt: Int64 = 0,
        keyDestroyedAt: Int64 = 0,
        trashedAt: Int64 = 0,
        erasure: ErasureProgress? = nil,
        archive: Archive? = nil
    ) {
        self.format = format
        self.revision = revision
        self.phase = phase
        self.step = step
        self.requestName = requestName
        self.parametersDigest = parametersDigest
        self.parameters = parameters
        self.mutableParameters = mutableParameters
        self.capabilities = capabilities
        self.source = source
        self.payloadBytes = payloadBytes
        self.dataOffsetBytes = dataOffsetBytes
        self.imageName = imageName
        self.imageID = imageID
        self.fsid = fsid
        self.poolID = poolID
        self.radosNamespace = radosNamespace
        self.dataPool = dataPool
        self.dataPoolID = dataPoolID
        self.handleKey = handleKey
        self.course = course
        self.student = student
        self.pvcName = pvcName
        self.pvcNamespace = pvcNamespace
        self.pvName = pvName
        self.attachments = attachments
        self.filesystem = filesystem
        self.encryption = encryption
        self.dataKeyID = dataKeyID
        self.wrappingKeyID = wrappingKeyID
        self.cloneDepth = cloneDepth
        self.flatten = flatten
        self.topology = topology
        self.wrappingKeys = wrappingKeys
        self.createdAt = createdAt
        self.readyAt = readyAt
        self.resizedAt = resizedAt
        self.deletingAt = deletingAt
        self.keyDestroyedAt = keyDestroyedAt
        self.trashedAt = trashedAt
        self.erasure = erasure
        self.archive = archive
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

        /// `ERASING`.
        package static let erasing = Self(rawValue: 4)

        /// Every value with its name in the proto file.
        package static let names: [(value: Self, name: String)] = [
            (.unknown, "UNKNOWN"),
            (.creating, "CREATING"),
            (.ready, "READY"),
            (.deleting, "DELETING"),
            (.erasing, "ERASING"),
        ]
    }

    /// The values of `Encryption`; others survive as their numbers.
    package struct Encryption: WireEnum {
        /// The number on the wire.
        package let rawValue: Int32

        /// The value with a number.
        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// `PLAIN`.
        package static let plain = Self(rawValue: 0)

        /// `LUKS2_FLAT`.
        package static let luks2Flat = Self(rawValue: 1)

        /// `LUKS2_LAYERED`.
        package static let luks2Layered = Self(rawValue: 2)

        /// Every value with its name in the proto file.
        package static let names: [(value: Self, name: String)] = [
            (.plain, "PLAIN"),
            (.luks2Flat, "LUKS2_FLAT"),
            (.luks2Layered, "LUKS2_LAYERED"),
        ]
    }
}

extension VolumeRecord: WireMessage {
    package static let fullName = "locker.v1.VolumeRecord"
    package static let wireDescriptor = WireDescriptor(locker__v1__volume_record__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__VolumeRecord.self).pointee
        self.init()
        self.format = raw.format
        self.revision = raw.revision
        self.phase = .init(rawValue: Int32(bitPattern: raw.phase.rawValue))
        self.step = raw.step.map { Step(wire: $0) }
        self.requestName = WireReading.string(raw.request_name)
        self.parametersDigest = WireReading.bytes(raw.parameters_digest)
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
        self.mutableParameters = WireReading.map(raw.mutable_parameters, raw.n_mutable_parameters) {
            ($0.key, $0.value)
        }
        self.capabilities = WireReading.messages(raw.capabilities, raw.n_capabilities)
        self.source = raw.source.map { Source(wire: $0) }
        self.payloadBytes = raw.payload_bytes
        self.dataOffsetBytes = raw.data_offset_bytes
        self.imageName = WireReading.string(raw.image_name)
        self.imageID = WireReading.string(raw.image_id)
        self.fsid = WireReading.string(raw.fsid)
        self.poolID = raw.pool_id
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.dataPool = WireReading.string(raw.data_pool)
        self.dataPoolID = raw.data_pool_id
        self.handleKey = raw.handle_key
        self.course = WireReading.string(raw.course)
        self.student = WireReading.string(raw.student)
        self.pvcName = WireReading.string(raw.pvc_name)
        self.pvcNamespace = WireReading.string(raw.pvc_namespace)
        self.pvName = WireReading.string(raw.pv_name)
        self.attachments = WireReading.messages(raw.attachments, raw.n_attachments)
        self.filesystem = raw.filesystem.map { Filesystem(wire: $0) }
        self.encryption = .init(rawValue: Int32(bitPattern: raw.encryption.rawValue))
        self.dataKeyID = WireReading.string(raw.data_key_id)
        self.wrappingKeyID = WireReading.string(raw.wrapping_key_id)
        self.cloneDepth = raw.clone_depth
        self.flatten = raw.flatten != 0
        self.topology = WireReading.map(raw.topology, raw.n_topology) { ($0.key, $0.value) }
        self.wrappingKeys = WireReading.strings(raw.wrapping_keys, raw.n_wrapping_keys)
        self.createdAt = raw.created_at
        self.readyAt = raw.ready_at
        self.resizedAt = raw.resized_at
        self.deletingAt = raw.deleting_at
        self.keyDestroyedAt = raw.key_destroyed_at
        self.trashedAt = raw.trashed_at
        self.erasure = raw.erasure.map { ErasureProgress(wire: $0) }
        self.archive = raw.archive.map { Archive(wire: $0) }
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__VolumeRecord.self)
        raw.pointee.format = self.format
        raw.pointee.revision = self.revision
        raw.pointee.phase = .init(rawValue: UInt32(bitPattern: self.phase.rawValue))
        if let value = self.step {
            raw.pointee.step = try arena.message(value, as: Locker__V1__Step.self)
        }
        raw.pointee.request_name = try arena.string(self.requestName, "locker.v1.VolumeRecord.request_name")
        (raw.pointee.parameters_digest.len, raw.pointee.parameters_digest.data) = arena.bytes(self.parametersDigest)
        raw.pointee.n_parameters = self.parameters.count
        raw.pointee.parameters = try arena.entries(
            self.parameters,
            in: Self.wireDescriptor,
            field: 12,
            as: Locker__V1__VolumeRecord__ParametersEntry.self,
            "locker.v1.VolumeRecord.parameters"
        )
        raw.pointee.n_mutable_parameters = self.mutableParameters.count
        raw.pointee.mutable_parameters = try arena.entries(
            self.mutableParameters,
            in: Self.wireDescriptor,
            field: 13,
            as: Locker__V1__VolumeRecord__MutableParametersEntry.self,
            "locker.v1.VolumeRecord.mutable_parameters"
        )
        raw.pointee.n_capabilities = self.capabilities.count
        raw.pointee.capabilities = try arena.messages(self.capabilities, as: Locker__V1__Capability.self)
        if let value = self.source {
            raw.pointee.source = try arena.message(value, as: Locker__V1__Source.self)
        }
        raw.pointee.payload_bytes = self.payloadBytes
        raw.pointee.data_offset_bytes = self.dataOffsetBytes
        raw.pointee.image_name = try arena.string(self.imageName, "locker.v1.VolumeRecord.image_name")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.v1.VolumeRecord.image_id")
        raw.pointee.fsid = try arena.string(self.fsid, "locker.v1.VolumeRecord.fsid")
        raw.pointee.pool_id = self.poolID
        raw.pointee.rados_namespace = try arena.string(self.radosNamespace, "locker.v1.VolumeRecord.rados_namespace")
        raw.pointee.data_pool = try arena.string(self.dataPool, "locker.v1.VolumeRecord.data_pool")
        raw.pointee.data_pool_id = self.dataPoolID
        raw.pointee.handle_key = self.handleKey
        raw.pointee.course = try arena.string(self.course, "locker.v1.VolumeRecord.course")
        raw.pointee.student = try arena.string(self.student, "locker.v1.VolumeRecord.student")
        raw.pointee.pvc_name = try arena.string(self.pvcName, "locker.v1.VolumeRecord.pvc_name")
        raw.pointee.pvc_namespace = try arena.string(self.pvcNamespace, "locker.v1.VolumeRecord.pvc_namespace")
        raw.pointee.pv_name = try arena.string(self.pvName, "locker.v1.VolumeRecord.pv_name")
        raw.pointee.n_attachments = self.attachments.count
        raw.pointee.attachments = try arena.messages(self.attachments, as: Locker__V1__Attachment.self)
        if let value = self.filesystem {
            raw.pointee.filesystem = try arena.message(value, as: Locker__V1__Filesystem.self)
        }
        raw.pointee.encryption = .init(rawValue: UInt32(bitPattern: self.encryption.rawValue))
        raw.pointee.data_key_id = try arena.string(self.dataKeyID, "locker.v1.VolumeRecord.data_key_id")
        raw.pointee.wrapping_key_id = try arena.string(self.wrappingKeyID, "locker.v1.VolumeRecord.wrapping_key_id")
        raw.pointee.clone_depth = self.cloneDepth
        raw.pointee.flatten = self.flatten ? 1 : 0
        raw.pointee.n_topology = self.topology.count
        raw.pointee.topology = try arena.entries(
            self.topology,
            in: Self.wireDescriptor,
            field: 57,
            as: Locker__V1__VolumeRecord__TopologyEntry.self,
            "locker.v1.VolumeRecord.topology"
        )
        raw.pointee.n_wrapping_keys = self.wrappingKeys.count
        raw.pointee.wrapping_keys = try arena.strings(self.wrappingKeys, "locker.v1.VolumeRecord.wrapping_keys")
        raw.pointee.created_at = self.createdAt
        raw.pointee.ready_at = self.readyAt
        raw.pointee.resized_at = self.resizedAt
        raw.pointee.deleting_at = self.deletingAt
        raw.pointee.key_destroyed_at = self.keyDestroyedAt
        raw.pointee.trashed_at = self.trashedAt
        if let value = self.erasure {
            raw.pointee.erasure = try arena.message(value, as: Locker__V1__ErasureProgress.self)
        }
        if let value = self.archive {
            raw.pointee.archive = try arena.message(value, as: Locker__V1__Archive.self)
        }
        self.unknownFields.write(to: wire, arena: arena)
    }
}
