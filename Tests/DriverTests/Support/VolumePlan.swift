// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Rados
internal import Redaction
internal import TestSupport

/// A volume as a test wants it: what CreateVolume is asked for, and how it is used afterwards.
struct VolumePlan: Sendable {
    var name: String
    var capability: VolumeCapability
    var bytes: Int64
    var parameters: [String: String]
    var secrets: [String: Secret]
    /// What it is to be a copy of.
    var source: VolumeContentSource?

    /// The request that makes it.
    var request: CreateVolumeRequest {
        CreateVolumeRequest(
            name: self.name,
            capacityRange: CapacityRange(requiredBytes: self.bytes),
            volumeCapabilities: [self.capability],
            parameters: self.parameters,
            secrets: self.secrets,
            volumeContentSource: self.source
        )
    }
}

extension VolumeCapability {
    /// A filesystem.
    static func filesystem(
        _ type: String = "ext4",
        flags: [String] = [],
        group: String = "",
        mode: AccessMode.Mode = .singleNodeWriter
    ) -> Self {
        let mount = MountVolume(fsType: type, mountFlags: flags, volumeMountGroup: group)
        return Self(accessType: .mount(mount), accessMode: AccessMode(mode: mode))
    }

    /// Raw block.
    static func rawBlock(mode: AccessMode.Mode = .singleNodeWriter) -> Self {
        Self(accessType: .block(BlockVolume()), accessMode: AccessMode(mode: mode))
    }
}

extension Installation {
    /// The parameters of a StorageClass for the installation's namespace.
    var parameters: [String: String] {
        [
            "clusterID": Self.clusterID, "pool": self.context.poolName, "radosNamespace": self.context.namespace,
            "csi.storage.k8s.io/pvc/name": "work", "csi.storage.k8s.io/pvc/namespace": "student-1",
        ]
    }

    /// The content of the class' Secret.
    var secrets: [String: Secret] { ["userID": Secret(self.cluster.csi.user), "userKey": self.cluster.csi.key] }

    /// A volume of a name that no other has.
    ///
    /// - Parameter bytes: its size; what the filesystem needs at least by default.
    func plan(_ capability: VolumeCapability = .filesystem(), bytes: Int64? = nil) -> VolumePlan {
        let smallest: Int64 = capability.mount?.fsType == "xfs" ? 300 << 20 : 32 << 20
        return VolumePlan(
            name: "pvc-\(self.next())",
            capability: capability,
            bytes: bytes ?? smallest,
            parameters: self.parameters,
            secrets: self.secrets
        )
    }
}
