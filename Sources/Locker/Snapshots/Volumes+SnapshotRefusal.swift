// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Why a volume cannot be deleted for its snapshots' sake; `nil` if it has none.
    ///
    /// Snapshots that are removed but that clones still need do not count: they go with the last of those. Nor do those
    /// that a repair has left, which go with the volume.
    func snapshotRefusal(of record: VolumeRecord, store: RecordStore) async throws -> LockerError? {
        let snapshots: [Snapshot]
        do {
            guard try await store.io.snapshotCount(imageID: record.imageID) > 0 else { return nil }
            snapshots = try await store.io.withImage(.id(record.imageID), readOnly: true) { image in
                try image.snapshots().filter { $0.kind != .trash && !RepairSnapshots.isOne($0) }
            }
            guard !snapshots.isEmpty else { return nil }
            // In the trash already: it was decided before, and somebody was late, who takes the snapshot back.
            _ = try await store.io.imageID(named: record.imageName)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // The image is gone behind Locker's back, or in the trash; what is left of the volume goes now.
            return nil
        }
        var names: [String] = []
        for snapshot in snapshots.prefix(8) { names.append(try await self.words(for: snapshot, store: store)) }
        let rest = snapshots.count > 8 ? " and \(snapshots.count - 8) more" : ""
        return LockerError(
            .failedPrecondition,
            "volume \"\(record.requestName)\" has \(snapshots.count) snapshot\(snapshots.count == 1 ? "" : "s");"
                + " delete \(snapshots.count == 1 ? "it" : "them") first: \(names.joined(separator: ", "))\(rest)"
        )
    }

    /// A snapshot by the name that people know it by.
    private func words(for snapshot: Snapshot, store: RecordStore) async throws -> String {
        if snapshot.kind == .group { return "\(snapshot.name), a part of a group's" }
        guard let key = RecordKey(imageName: snapshot.name)
        else { return "\(snapshot.name), made by hand" }
        if let record = try await store.record(SnapshotRecord.self, at: key)?.value {
            switch record.phase {
            case .creating: return "\"\(record.requestName)\", which is being taken"
            case .deleting: return "\"\(record.requestName)\", which is being deleted"
            default: return "\"\(record.requestName)\""
            }
        }
        if let volume = try await store.volume(key)?.value {
            return "\(snapshot.name), from which volume \"\(volume.requestName)\" is being made"
        }
        return snapshot.name
    }
}
