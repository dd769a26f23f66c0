// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

/// What a volume is made from, as it was when it was looked at.
struct CloneOrigin: Sendable {
    /// The pool and namespace of the image, on the connection that the changes are made with.
    let io: IOContext
    let imageName: String
    let imageID: String
    /// The snapshot to clone; `nil` for a volume, of which one is taken first.
    let snapshotName: String?
    /// The id of the snapshot; `nil` for a volume, and where it is known by its name only.
    private(set) var snapshotID: UInt64?
    /// The id of a part of a group's snapshot, which has no name that librbd would clone it by: it is copied.
    let partID: UInt64?
    /// What messages call it.
    let label: String
    let payloadBytes: Int64
    let dataOffsetBytes: Int64
    let student: String
    let capabilities: [Capability]
    let filesystem: Filesystem
    let encryption: VolumeRecord.Encryption
    /// The name of the key of an encrypted one, and where the record of its volume is, which the key is bound to.
    private(set) var dataKeyID = ""
    private(set) var volumeKey: RecordKey?
    let depth: UInt32

    /// A volume as its record describes it.
    init(_ record: VolumeRecord, at key: RecordKey, label: String, io: IOContext) {
        self.io = io
        self.imageName = record.imageName
        self.imageID = record.imageID
        self.snapshotName = nil
        self.partID = nil
        self.label = label
        self.payloadBytes = record.payloadBytes
        self.dataOffsetBytes = record.dataOffsetBytes
        self.student = record.student
        self.capabilities = record.capabilities
        self.filesystem = record.filesystem ?? Filesystem()
        self.encryption = record.encryption
        self.dataKeyID = record.dataKeyID
        self.volumeKey = key
        self.depth = record.cloneDepth
    }

    /// A snapshot as its record describes it.
    init(_ record: SnapshotRecord, label: String, io: IOContext) {
        self.io = io
        self.imageName = record.imageName
        self.imageID = record.imageID
        self.snapshotName = record.snapshotName
        self.snapshotID = record.snapshotID
        self.partID = record.groupSnapshotID.isEmpty ? nil : record.snapshotID
        self.label = label
        self.payloadBytes = record.payloadBytes
        self.dataOffsetBytes = record.dataOffsetBytes
        self.student = record.student
        self.capabilities = record.capabilities
        self.filesystem = record.filesystem ?? Filesystem()
        self.encryption = record.encryption
        self.dataKeyID = record.dataKeyID
        self.volumeKey = record.sourceKey.count == 16 ? RecordKey(bytes: record.sourceKey) : nil
        self.depth = record.cloneDepth
    }

    /// A class' template, which is for every student and every use.
    init(
        _ template: Template,
        label: String,
        imageID: String,
        bytes: Int64,
        filesystem: Filesystem,
        io: IOContext
    ) {
        self.io = io
        self.imageName = template.image
        self.imageID = imageID
        self.snapshotName = template.snapshot
        self.partID = nil
        self.label = label
        self.payloadBytes = bytes
        self.dataOffsetBytes = 0
        self.student = ""
        self.capabilities = [Capability(block: false), Capability(block: true)]
        self.filesystem = filesystem
        self.encryption = .plain
        self.depth = 0
    }

    /// What a copy holds of filesystems: the same one under its source's UUID, or none.
    var inherited: Filesystem {
        guard self.filesystem.state == .formatted else { return Filesystem() }
        return Filesystem(
            state: .formatted,
            type: self.filesystem.type,
            uuid: self.filesystem.uuid,
            uuidInherited: true
        )
    }

    /// Whether a node writes a filesystem, or its UUID, just now, so that a copy might hold half of it.
    var isBeingFormatted: Bool {
        self.filesystem.state == .formatting || !self.filesystem.nextUuid.isEmpty
    }
}
