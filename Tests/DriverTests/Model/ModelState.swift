// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI

/// What must be there, by the simplest account: no steps, no retries, no Ceph.
struct ModelState: Sendable {
    struct Volume: Sendable {
        var made: MadeVolume
        var bytes: Int64
        var source: VolumeContentSource.Kind?
        var node: String?
    }

    struct Taken: Sendable {
        var snapshot: Snapshot
        var volume: String
    }

    var volumes: [String: Volume] = [:]
    var snapshots: [String: Taken] = [:]
    /// The ids of volumes and snapshots that were removed, with the plan's secrets: removing them again is no error.
    var removed: [MadeVolume] = []
    var removedSnapshots: [String] = []

    /// Bytes of all volumes.
    var bytes: Int64 { self.volumes.values.map(\.bytes).reduce(0, +) }

    func snapshots(of volume: String) -> [String] { self.snapshots.filter { $0.value.volume == volume }.map(\.key) }
}
