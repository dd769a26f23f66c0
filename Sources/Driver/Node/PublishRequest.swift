// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Locker
internal import LockerProto
internal import SystemPackage

/// What NodePublishVolume asks for, checked.
struct PublishRequest: Sendable {
    let handle: VolumeHandle
    let stagingPath: FilePath
    let targetPath: FilePath
    let isBlock: Bool
    let isReadOnly: Bool
    let mountFlags: [String]
    let fsType: String
    let mode: VolumeCapability.AccessMode.Mode
    /// The namespace of the pod that is to have it, which kubelet tells where the CSIDriver has `podInfoOnMount`.
    let podNamespace: String

    /// What a repeat at the same path has to agree in.
    var use: PublishedUse {
        PublishedUse(isReadOnly: self.isReadOnly, accessMode: self.mode.rawValue, mountFlags: self.mountFlags)
    }

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - handle: reads a volume id.
    ///   - path: makes a path what the mount table calls it.
    /// - Throws: `FieldError`; ``LockerError`` with `failedPrecondition` without a staging path.
    init(_ request: NodePublishVolumeRequest, handle: (String) throws -> VolumeHandle, path: (String) -> FilePath)
        throws
    {
        try FieldRules.required(request.volumeID, "volume_id")
        try FieldRules.path(request.targetPath, "target_path")
        let capability = try CapabilityRules.checked(request.volumeCapability)
        try FieldRules.map(request.volumeContext, "volume_context")
        try FieldRules.map(request.publishContext, "publish_context")
        try FieldRules.secrets(request.secrets)
        guard !request.stagingTargetPath.isEmpty else {
            throw LockerError(
                .failedPrecondition,
                "staging_target_path is required: volumes are staged before they are published"
            )
        }
        try FieldRules.path(request.stagingTargetPath, "staging_target_path")
        self.handle = try handle(request.volumeID)
        self.stagingPath = path(request.stagingTargetPath)
        self.targetPath = path(request.targetPath)
        self.isBlock = capability.isBlock
        self.isReadOnly = request.readonly || Attachment.isReading(capability.mode.rawValue)
        self.mountFlags = capability.mount?.mountFlags ?? []
        self.fsType = capability.mount?.fsType ?? ""
        self.mode = capability.mode
        self.podNamespace = request.volumeContext[VolumeContext.podNamespace] ?? ""
    }
}
