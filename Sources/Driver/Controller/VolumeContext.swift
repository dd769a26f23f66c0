// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto

/// What CreateVolume answers for the node to find the volume by: `volume_context`.
enum VolumeContext {
    static let clusterID = "clusterID"
    static let pool = "pool"
    static let radosNamespace = "radosNamespace"
    static let imageName = "imageName"
    /// Added by kubelet in NodePublishVolume, where the CSIDriver has `podInfoOnMount`.
    static let podNamespace = "csi.storage.k8s.io/pod.namespace"

    /// The context of a volume.
    static func of(_ volume: VolumeDescription) -> [String: String] {
        [
            self.clusterID: volume.clusterID, self.pool: volume.pool, self.radosNamespace: volume.namespace,
            self.imageName: volume.record.imageName,
        ]
    }
}
