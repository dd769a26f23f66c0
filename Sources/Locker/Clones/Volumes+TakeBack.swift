// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Takes a copy that cannot be made back, in the reverse of its making: image, the source's snapshot, ledger, record.
    func takeBackClone(
        _ mine: Stored<VolumeRecord>,
        key: RecordKey,
        store: RecordStore,
        candidates: [String]
    ) async throws {
        try await self.discard(mine.value.imageName, key: key, store: store)
        try await self.discard(key.partialImageName, key: key, store: store)
        try await self.removeSourceSnapshot(of: mine.value, key: key, cluster: store.io.cluster, candidates)
        try await self.rollBack(
            mine,
            key: key,
            store: store,
            ledger: self.ledger(course: mine.value.course, io: store.io)
        )
        await self.erasures.lookAgain()
    }

    /// Removes the snapshot that a copy of a volume was, or was to be, made from; librbd keeps it for the clone under
    /// another name, in the source's trash of snapshots.
    ///
    /// - Parameters:
    ///   - record: the copy's.
    ///   - key: where that is; the snapshot bears its name.
    ///   - cluster: the connection that changes are made with.
    ///   - candidates: RADOS namespaces to try first.
    func removeSourceSnapshot(
        of record: VolumeRecord,
        key: RecordKey,
        cluster: Cluster,
        _ candidates: [String] = []
    ) async throws {
        guard let text = record.source?.volumeID, !text.isEmpty, let handle = try VolumeHandle(reading: text),
            let place = try await self.place(of: handle, on: cluster, candidates: candidates)
        else { return }
        do {
            try await self.snapshots.make(.remove(key.imageName), imageID: handle.imageID, io: place.io)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // The source is gone, and everything of it with it.
        }
    }
}
