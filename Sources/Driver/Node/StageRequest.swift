// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Locker
internal import LockerProto
internal import ProtobufC
internal import Redaction
internal import SystemPackage

/// What NodeStageVolume asks for, checked.
struct StageRequest: Sendable {
    let handle: VolumeHandle
    let key: VolumeKey
    /// The request's, for its key-encryption keys.
    let secrets: [String: Secret]
    let clusterID: String
    let stagingPath: FilePath
    let isBlock: Bool
    let fsType: String
    let mountFlags: [String]
    let mountGroup: String
    let mode: VolumeCapability.AccessMode.Mode

    /// Whether nothing is to be written.
    var isReadOnly: Bool { Attachment.isReading(self.mode.rawValue) }

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - handle: reads a volume id.
    ///   - path: makes a path what the mount table calls it.
    /// - Throws: `FieldError`; ``LockerError`` with `notFound` for a text that is no handle of Locker's.
    init(_ request: NodeStageVolumeRequest, handle: (String) throws -> VolumeHandle, path: (String) -> FilePath) throws
    {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.path(request.stagingTargetPath, "staging_target_path")
        let capability = try CapabilityRules.checked(request.volumeCapability)
        try FieldRules.map(request.volumeContext, "volume_context")
        try FieldRules.map(request.publishContext, "publish_context")
        self.handle = try handle(request.volumeID)
        guard let clusterID = request.volumeContext[VolumeContext.clusterID], !clusterID.isEmpty else {
            throw FieldError("volume_context", "clusterID is missing; it is what CreateVolume answered")
        }
        guard Digest.short(clusterID) == self.handle.clusterDigest else {
            throw FieldError("volume_context", "clusterID \(clusterID) is not the volume's cluster")
        }
        let namespace = request.volumeContext[VolumeContext.radosNamespace] ?? ""
        guard Digest.short(namespace) == self.handle.namespaceDigest else {
            throw FieldError("volume_context", "radosNamespace \"\(namespace)\" is not the volume's")
        }
        guard let credentials = try Credentials(request.secrets) else {
            throw FieldError(
                "secrets",
                "userID and userKey are required: name a Secret as csi.storage.k8s.io/node-stage-secret-name"
            )
        }
        self.clusterID = clusterID
        self.secrets = request.secrets
        self.key = VolumeKey(
            clusterID: clusterID,
            userID: credentials.userID,
            userKey: credentials.userKey,
            radosNamespace: namespace
        )
        self.stagingPath = path(request.stagingTargetPath)
        self.isBlock = capability.isBlock
        self.fsType = capability.mount?.fsType ?? ""
        self.mountFlags = capability.mount?.mountFlags ?? []
        self.mountGroup = capability.mount?.volumeMountGroup ?? ""
        guard self.mountGroup.isEmpty || UInt32(self.mountGroup) != nil else {
            throw FieldError(
                "volume_capability.mount.volume_mount_group",
                "\"\(self.mountGroup)\" is not a group's number"
            )
        }
        self.mode = capability.mode
    }

    /// What the request asked for that a record is of, to be done once more.
    ///
    /// - Parameter key: the volume's, from the keyring.
    init(repeating record: StagingRecord, handle: VolumeHandle, key: VolumeKey, secrets: [String: Secret]) {
        self.handle = handle
        self.key = key
        self.secrets = secrets
        self.clusterID = record.clusterID
        self.stagingPath = FilePath(record.stagingPath)
        self.isBlock = record.isBlock
        self.fsType = record.fsType
        self.mountFlags = record.mountFlags
        self.mountGroup = record.mountGroup
        self.mode = VolumeCapability.AccessMode.Mode(rawValue: record.accessMode)
    }
}
