// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage

/// The snapshots that clones of volumes are made from: taken and removed, those of one image together.
///
/// Opening an image for a change and getting its lock costs more than the change. So what comes while an image is open
/// waits, and is done together the next time: a hundred clones of one volume at once take a few turns, none of which is
/// refused.
actor SourceSnapshots {
    /// What is to be done with a snapshot of an image.
    enum Change: Sendable {
        /// One that is there is of an earlier attempt, and of another moment: it is taken anew.
        case take(String)
        /// Gone already is as good.
        case remove(String)
    }

    private struct Key: Hashable {
        let cluster: ObjectIdentifier
        let poolID: Int64
        let namespace: String
        let imageID: String
    }

    private struct Waiting {
        let change: Change
        let continuation: CheckedContinuation<Void, any Error>
    }

    private var waiting: [Key: [Waiting]] = [:]

    /// How many changes are made while the image is open once.
    private static let batch = 32

    /// Makes a change.
    ///
    /// - Throws: `CephError` with `ENOENT` if there is no such image.
    func make(_ change: Change, imageID: String, io: IOContext) async throws {
        let key = Key(
            cluster: ObjectIdentifier(io.cluster),
            poolID: io.poolID,
            namespace: io.namespace,
            imageID: imageID
        )
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let isOpen = self.waiting[key] != nil
            self.waiting[key, default: []].append(Waiting(change: change, continuation: continuation))
            guard !isOpen else { return }
            // Owned by the changes that wait for it: it ends when there are none.
            Task { await self.makeAll(key, io: io) }
        }
    }

    private func makeAll(_ key: Key, io: IOContext) async {
        while let all = self.waiting[key], !all.isEmpty {
            let batch = Array(all.prefix(Self.batch))
            self.waiting[key] = Array(all.dropFirst(batch.count))
            let changes = batch.map(\.change)
            do {
                let results = try await io.withImage(.id(key.imageID), readOnly: false) { image in
                    changes.map { change in Result { try Self.make(change, on: image) } }
                }
                for (entry, result) in zip(batch, results) { entry.continuation.resume(with: result) }
            } catch {
                for entry in batch { entry.continuation.resume(throwing: error) }
            }
        }
        self.waiting[key] = nil
    }

    private static func make(_ change: Change, on image: borrowing Image) throws {
        switch change {
        case .take(let name):
            do {
                try image.createSnapshot(name)
            } catch let error as CephError where error.code == .fileExists {
                try image.removeWholeSnapshot(name)
                try image.createSnapshot(name)
            }
        case .remove(let name):
            do {
                try image.removeWholeSnapshot(name)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                return
            }
        }
    }
}
