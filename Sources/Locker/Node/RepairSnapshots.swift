// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import RBD
package import Rados
internal import SystemPackage

/// Snapshots that keep a volume as it was before its filesystem was repaired.
///
/// They have no record: an administrator finds them by their names with `rbd snap ls`, and rolls back to one or removes
/// it. They go with their volume and do not keep it from being deleted.
package enum RepairSnapshots {
    private static let prefix = "locker-repair-"
    /// The name until the repair has succeeded: a retry finds the state of before the first attempt.
    private static let pending = prefix + "pending"
    /// From then on a snapshot that is pending is of another damage: what failed then somebody else has repaired.
    private static let longest: Int64 = 86400

    /// Whether a snapshot is such a one.
    package static func isOne(_ snapshot: Snapshot) -> Bool {
        snapshot.kind == .user && snapshot.name.hasPrefix(self.prefix)
    }

    /// Keeps an image as it is, unless the attempt before has done so.
    ///
    /// - Throws: `CephError`.
    package static func take(of imageID: String, in io: IOContext, clock: WallClock = .system) async throws {
        let now = clock.milliseconds / 1000
        try await io.withImage(.id(imageID), readOnly: false) { image in
            if let found = try image.snapshots().first(where: { $0.kind == .user && $0.name == self.pending }) {
                guard now - found.createdAt > self.longest else { return }
                try image.renameSnapshot(self.pending, to: self.name(createdAt: found.createdAt))
            }
            try image.createSnapshot(self.pending)
        }
    }

    /// Gives the snapshot of a repair that has succeeded the name that it keeps: `locker-repair-2026-11-27T23:15:00Z`.
    ///
    /// - Returns: the name.
    /// - Throws: `CephError` with `ENOENT` if none was taken.
    package static func settle(of imageID: String, in io: IOContext) async throws -> String {
        try await io.withImage(.id(imageID), readOnly: false) { image in
            guard let found = try image.snapshots().first(where: { $0.kind == .user && $0.name == self.pending }) else {
                throw CephError(call: "rbd_snap_list", code: .noSuchFileOrDirectory, object: self.pending)
            }
            let name = self.name(createdAt: found.createdAt)
            try image.renameSnapshot(self.pending, to: name)
            return name
        }
    }

    /// Removes an image's, before it is deleted.
    ///
    /// - Throws: `CephError`; an image that is gone is not an error.
    static func removeAll(of imageID: String, in io: IOContext) async throws {
        do {
            guard try await io.snapshotCount(imageID: imageID) > 0 else { return }
            try await io.withImage(.id(imageID), readOnly: false) { image in
                for snapshot in try image.snapshots() where self.isOne(snapshot) {
                    try image.removeWholeSnapshot(snapshot.name)
                }
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return
        }
    }

    private static func name(createdAt seconds: Int64) -> String {
        self.prefix + DateText.iso8601(milliseconds: seconds * 1000)
    }
}
