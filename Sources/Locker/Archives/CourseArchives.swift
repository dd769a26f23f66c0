// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Rados

/// The archives of a pool: volumes of courses that have ended, kept until a date.
package struct CourseArchives: Sendable {
    private let volumes: Volumes
    private let location: VolumeLocation

    /// The archives of an installation.
    ///
    /// - Parameters:
    ///   - volumes: the installation, by its driver's name and instance key.
    ///   - location: the cluster and user, and the clusterID that restored volumes are known by.
    package init(volumes: Volumes, at location: VolumeLocation) {
        self.volumes = volumes
        self.location = location
    }

    /// The archives of a pool and namespace, those that are being made or erased included.
    ///
    /// - Parameter course: only this course's; `nil` for all.
    package func list(in io: IOContext, course: String?) async throws -> [ArchivedVolume] {
        guard let store = try await self.store(io) else { return [] }
        let now = self.volumes.clock.milliseconds
        var found: [ArchivedVolume] = []
        for prefix in [VolumeRecord.prefix, "e/"] {
            try await store.forEach(of: VolumeRecord.self, prefix: prefix) { _, stored in
                guard course == nil || stored.value.course == course else { return }
                if let archive = ArchivedVolume(stored.value, in: io, now: now) { found.append(archive) }
            }
        }
        return found.sorted { ($0.course, $0.student, $0.volume) < ($1.course, $1.student, $1.volume) }
    }

    /// Deletes archives, and waits until they are erased.
    ///
    /// - Parameters:
    ///   - archives: of ``list(in:course:)``.
    ///   - patience: how long the erasures are waited for.
    ///   - progress: told how many of how many are done with.
    /// - Returns: why one is not erased, or not yet, by its image's id; the name of its volume for a half made one.
    package func erase(
        _ archives: [ArchivedVolume],
        in io: IOContext,
        patience: Duration,
        progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) async throws -> [String: String] {
        guard let store = try await self.store(io) else { return [:] }
        await self.volumes.erasures.sweep(pool: io.poolName, namespace: io.namespace, target: self.location.target)
        var refusals: [String: String] = [:]
        for archive in archives where archive.state != .erasing {
            do {
                try await self.volumes.mutating(self.location.target, could: "erase archive \(archive.id)") { cluster in
                    let place = try await cluster.ioContext(poolID: io.poolID, namespace: io.namespace)
                    guard let store = try await self.store(place), let found = try await store.volume(archive.key)
                    else { return }
                    try await self.volumes.eraseArchive(
                        found.value,
                        at: archive.key,
                        in: store,
                        target: self.location.target
                    )
                }
            } catch let error as LockerError where error.code != .unavailable {
                refusals[archive.id] = error.message
            }
        }
        let deadline = ContinuousClock.now + patience
        while true {
            var left: [String: String] = [:]
            for archive in archives where refusals[archive.id] == nil && archive.state != .making {
                guard try await store.receipt(imageID: archive.image, of: archive.key) == nil else { continue }
                let reason = try await store.erasure(of: archive.key, imageID: archive.image)?.value.erasure?.reason
                left[archive.id] = reason.flatMap { $0.isEmpty ? nil : $0 } ?? "its data is being removed"
            }
            progress(archives.count - left.count, archives.count)
            guard !left.isEmpty, ContinuousClock.now < deadline else {
                return refusals.merging(left) { first, _ in first }
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Makes a volume of an archive, in the pool and namespace that it was archived from, for the same student; the archive
    /// stays. A repeat finds the volume.
    ///
    /// - Parameters:
    ///   - archive: of ``list(in:course:)``.
    ///   - name: what the volume is to be called; no volume is called so yet.
    ///   - keeper: who has the course's key-encryption keys, for an encrypted one.
    /// - Throws: ``LockerError``: `resourceExhausted` if pool or quota are full, `alreadyExists` for a name in use.
    package func restore(
        _ archive: ArchivedVolume,
        in io: IOContext,
        as name: String,
        keeper: (any KeyKeeper)?
    ) async throws -> VolumeDescription {
        guard let store = try await self.store(io), let found = try await store.volume(archive.key) else {
            throw LockerError(.notFound, "archive \(archive.id) is gone")
        }
        return try await self.volumes.restore(
            found.value,
            at: archive.key,
            in: io,
            as: name,
            keeper: keeper,
            at: self.location
        )
    }

    private func store(_ io: IOContext) async throws -> RecordStore? {
        try await RecordStore.open(io, layouts: self.volumes.layouts, creating: false)
    }
}
