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
    /// How the data are encrypted; not there if they are not.
    static let encryption = "encryption"
    /// How an encrypted volume got its source's data: `copied`, into blocks of its own, or `layered`: it shares its
    /// template's until it writes them.
    static let encryptedCopy = "encryptedCopy"
    /// Added by kubelet in NodePublishVolume, where the CSIDriver has `podInfoOnMount`.
    static let podNamespace = "csi.storage.k8s.io/pod.namespace"

    /// The context of a volume.
    static func of(_ volume: VolumeDescription) -> [String: String] {
        let record = volume.record
        var context = [
            self.clusterID: volume.clusterID, self.pool: volume.pool, self.radosNamespace: volume.namespace,
            self.imageName: record.imageName,
        ]
        if record.encryption != .plain {
            context[self.encryption] = record.isLayered ? "luks2-layered" : "luks2-flat"
            if record.source != nil { context[self.encryptedCopy] = record.isLayered ? "layered" : "copied" }
        }
        return context
    }
}
