// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// A snapshot of several volumes at one moment: key g/<record key> of its name, in the pool and namespace of the
/// volumes.
package struct GroupSnapshotRecord: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// `revision`, field 2.
    package var revision: UInt64

    /// `phase`, field 3.
    package var phase: SnapshotRecord.Phase

    /// `step`, field 4.
    package var step: Step?

    /// `request_name`, field 10.
    package var requestName: String

    /// `parameters_digest`, field 11.
    package var parametersDigest: [UInt8]

    /// `parameters`, field 12.
    package var parameters: [String: String]

    /// `members`, field 16.
    package var members: [GroupSnapshotRecord.Member]

    /// The group in RBD, and the name of its one snapshot.
    package var groupName: String

    /// `fsid`, field 32.
    package var fsid: String

    /// `pool_id`, field 33.
    package var poolID: Int64

    /// `rados_namespace`, field 34.
    package var radosNamespace: String

    /// `snapshot_name`, field 35.
    package var snapshotName: String

    /// `created_at`, field 60.
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
        members: [GroupSnapshotRecord.Member] = [],
        groupName: String = "",
        fsid: String = "",
        poolID: Int64 = 0,
        radosNamespace: String = "",
        snapshotName: String = "",
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
        self.members = members
        self.groupName = groupName
        self.fsid = fsid
        self.poolID = poolID
        self.radosNamespace = radosNamespace
        self.snapshotName = snapshotName
        self.createdAt = createdAt
        self.takenAt = takenAt
        self.deletingAt = deletingAt
    }

    /// `locker.v1.GroupSnapshotRecord.Member`.
    package struct Member: Sendable, Hashable {
        /// The volume: its handle, the key of its record, its image.
        package var volumeID: String

        /// `volume_key`, field 2.
        package var volumeKey: [UInt8]

        /// `image_name`, field 3.
        package var imageName: String

        /// `image_id`, field 4.
        package var imageID: String

        /// The key of the member's own SnapshotRecord, and its handle once it is taken.
        package var snapshotKey: [UInt8]

        /// `snapshot_id`, field 6.
        package var snapshotID: String

        /// What a newer version has written besides.
        package var unknownFields = WireUnknownFields()

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            volumeID: String = "",
            volumeKey: [UInt8] = [],
            imageName: String = "",
            imageID: String = "",
            snapshotKey: [UInt8] = [],
            snapshotID: String = ""
        ) {
            self.volumeID = volumeID
            self.volumeKey = volumeKey
            self.imageName = imageName
            self.imageID = imageID
            self.snapshotKey = snapshotKey
            self.snapshotID = snapshotID
        }
    }
}

extension GroupSnapshotRecord: WireMessage {
    package static let fullName = "locker.v1.GroupSnapshotRecord"
    package static let wireDescriptor = WireDescriptor(locker__v1__group_snapshot_record__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__GroupSnapshotRecord.self).pointee
        self.init()
        self.format = raw.format
        self.revision = raw.revision
        self.phase = .init(rawValue: Int32(bitPattern: raw.phase.rawValue))
        self.step = raw.step.map { Step(wire: $0) }
        self.requestName = WireReading.string(raw.request_name)
        self.parametersDigest = WireReading.bytes(raw.parameters_digest)
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
        self.members = WireReading.messages(raw.members, raw.n_members)
        self.groupName = WireReading.string(raw.group_name)
        self.fsid = WireReading.string(raw.fsid)
        self.poolID = raw.pool_id
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.snapshotName = WireReading.string(raw.snapshot_name)
        self.createdAt = raw.created_at
        self.takenAt = raw.taken_at
        self.deletingAt = raw.deleting_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__GroupSnapshotRecord.self)
        raw.pointee.format = self.format
        raw.pointee.revision = self.revision
        raw.pointee.phase = .init(rawValue: UInt32(bitPattern: self.phase.rawValue))
        if let value = self.step {
            raw.pointee.step = try arena.message(value, as: Locker__V1__Step.self)
        }
        raw.pointee.request_name = try arena.string(self.requestName, "locker.v1.GroupSnapshotRecord.request_name")
        (raw.pointee.parameters_digest.len, raw.pointee.parameters_digest.data) = arena.bytes(self.parametersDigest)
        raw.pointee.n_parameters = self.parameters.count
        raw.pointee.parameters = try arena.entries(
            self.parameters,
            in: Self.wireDescriptor,
            field: 12,
            as: Locker__V1__GroupSnapshotRecord__ParametersEntry.self,
            "locker.v1.GroupSnapshotRecord.parameters"
        )
        raw.pointee.n_members = self.members.count
        raw.pointee.members = try arena.messages(self.members, as: Locker__V1__GroupSnapshotRecord__Member.self)
        raw.pointee.group_name = try arena.string(self.groupName, "locker.v1.GroupSnapshotRecord.group_name")
        raw.pointee.fsid = try arena.string(self.fsid, "locker.v1.GroupSnapshotRecord.fsid")
        raw.pointee.pool_id = self.poolID
        raw.pointee.rados_namespace = try arena.string(
            self.radosNamespace,
            "locker.v1.GroupSnapshotRecord.rados_namespace"
        )
        raw.pointee.snapshot_name = try arena.string(self.snapshotName, "locker.v1.GroupSnapshotRecord.snapshot_name")
        raw.pointee.created_at = self.createdAt
        raw.pointee.taken_at = self.takenAt
        raw.pointee.deleting_at = self.deletingAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}

extension GroupSnapshotRecord.Member: WireMessage {
    package static let fullName = "locker.v1.GroupSnapshotRecord.Member"
    package static let wireDescriptor = WireDescriptor(locker__v1__group_snapshot_record__member__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__GroupSnapshotRecord__Member.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.volumeKey = WireReading.bytes(raw.volume_key)
        self.imageName = WireReading.string(raw.image_name)
        self.imageID = WireReading.string(raw.image_id)
        self.snapshotKey = WireReading.bytes(raw.snapshot_key)
        self.snapshotID = WireReading.string(raw.snapshot_id)
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__GroupSnapshotRecord__Member.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "locker.v1.GroupSnapshotRecord.Member.volume_id")
        (raw.pointee.volume_key.len, raw.pointee.volume_key.data) = arena.bytes(self.volumeKey)
        raw.pointee.image_name = try arena.string(self.imageName, "locker.v1.GroupSnapshotRecord.Member.image_name")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.v1.GroupSnapshotRecord.Member.image_id")
        (raw.pointee.snapshot_key.len, raw.pointee.snapshot_key.data) = arena.bytes(self.snapshotKey)
        raw.pointee.snapshot_id = try arena.string(self.snapshotID, "locker.v1.GroupSnapshotRecord.Member.snapshot_id")
        self.unknownFields.write(to: wire, arena: arena)
    }
}
