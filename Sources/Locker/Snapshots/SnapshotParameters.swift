// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto

/// What a VolumeSnapshotClass may say under `parameters`.
package struct SnapshotParameters: Sendable, Hashable {
    /// The cluster that the class is for; `nil` if it names none.
    package let clusterID: String?

    /// All parameters as given, without those that the sidecars add.
    package let given: [String: String]

    /// Reads a request's parameters.
    ///
    /// `pool` is understood because classes written for ceph-csi have it, and has no effect, as there: a snapshot is
    /// where its volume is.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`, naming the parameter.
    package init(_ parameters: [String: String]) throws(LockerError) {
        var reader = ParameterReader(parameters)
        self.clusterID = reader.text("clusterID")
        _ = reader.text("pool")
        // The snapshotter's --extra-create-metadata.
        for kind in ["volumesnapshot", "volumegroupsnapshot"] {
            for name in ["\(kind)/name", "\(kind)/namespace", "\(kind)content/name"] {
                _ = reader.text("csi.storage.k8s.io/\(name)")
            }
        }
        try reader.finish()
        self.given = parameters.filter { !$0.key.hasPrefix("csi.storage.k8s.io/") }
    }

    /// SHA-256 of the parameters as given.
    var digest: [UInt8] {
        let text = self.given.sorted { $0.key < $1.key }.map {
            "\($0.key.utf8.count):\($0.key)=\($0.value.utf8.count):\($0.value)"
        }
        return Array(SHA256.hash(data: Array(text.joined(separator: ";").utf8)))
    }
}
