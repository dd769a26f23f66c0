// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD

/// What an adoption would do, or has begun.
package struct AdoptionPlan: Sendable {
    /// What ceph-csi's journal says.
    package let entry: JournalEntry
    /// The image's id.
    package let imageID: String
    /// The image's name from then on.
    package let newName: String
    /// Why it cannot be adopted; empty if it can.
    package let refusals: [String]
    /// Whether the image lacks the feature exclusive-lock and gets it.
    package let enablesLock: Bool
    /// Bytes.
    package let bytes: Int64
    /// `ext4`, `xfs`; empty if neither is on it.
    package let filesystem: String
    /// Whether its record is there already: adopted before, or by half.
    package let isRecorded: Bool

    let look: ImageLook

    /// What an image tells that is opened read-only.
    struct ImageLook: Sendable {
        let info: ImageInfo
        let watchers: [String]
        let lockOwner: String?
        let snapshots: [String]
        let hasParent: Bool
        let metadata: [String: String]
        let filesystem: Filesystem
        let isLUKS: Bool

        init(_ image: borrowing Image) throws {
            self.info = try image.info()
            self.watchers = try image.watchers().map(\.address)
            self.lockOwner = try image.lockOwner()
            self.snapshots = try image.snapshots().map(\.name)
            self.hasParent = try image.parent() != nil
            self.metadata = try image.metadata()
            let head =
                self.info.size < FilesystemHead.length
                ? [] : try image.read(offset: 0, count: FilesystemHead.length)
            self.filesystem = FilesystemHead.filesystem(in: head)
            self.isLUKS = head.starts(with: Array("LUKS".utf8) + [0xBA, 0xBE])
        }

        /// What speaks against touching the image now.
        var inUse: [String] {
            var reasons: [String] = []
            if !self.watchers.isEmpty {
                reasons.append(
                    "it is in use by \(self.watchers.joined(separator: ", ")): end its pods, and wait half a minute after a"
                        + " node died"
                )
            }
            if let owner = self.lockOwner { reasons.append("client \(owner) holds its lock") }
            return reasons
        }

        /// What speaks against the image as it is.
        func unfit(_ entry: JournalEntry, isBlock: Bool, path: String) -> [String] {
            var reasons: [String] = []
            let encryption = ["rbd.csi.ceph.com/encrypted", ".rbd.csi.ceph.com/encrypted"]
                .contains { !(self.metadata[$0] ?? "").isEmpty }
            if !entry.encryption.isEmpty || encryption || self.isLUKS {
                reasons.append("ceph-csi encrypted it with a key of its own, which Locker cannot open: copy its files")
            }
            if !self.snapshots.isEmpty {
                reasons.append(
                    "it has snapshots (\(self.snapshots.joined(separator: ", "))): delete the VolumeSnapshots, and clones"
                        + " that need them, first"
                )
            }
            if self.hasParent { reasons.append("it is a clone: rbd flatten \(path)") }
            let offered = ImageFeatures.standard.union([.journaling, .striping, .dataPool, .operations])
            let wrong = self.info.features.subtracting(offered)
            if !wrong.isEmpty { reasons.append("it has the features \(wrong), which Locker does not know") }
            if !isBlock, !self.isLUKS, self.filesystem.state != .formatted {
                reasons.append(
                    "it holds neither ext4 nor XFS: name it --block if pods use it so; if it was never mounted, there is"
                        + " nothing to adopt"
                )
            }
            return reasons
        }
    }
}
