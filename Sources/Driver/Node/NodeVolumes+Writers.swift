// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Locker
internal import SystemPackage

extension NodeVolumes {
    /// SINGLE_NODE_SINGLE_WRITER is for one place, whichever of two publications asked for it.
    ///
    /// The other single-node modes are for several: kubelet knows RWO as "one node", and runs several pods on it.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the place.
    static func requireSoleWriter(
        _ request: PublishRequest,
        record: StagingRecord,
        places: [FilePath]
    ) throws(LockerError) {
        let sole = VolumeCapability.AccessMode.Mode.singleNodeSingleWriter
        let others = places.filter { $0 != request.stagingPath && $0 != request.targetPath }
        let other = others.first { place in
            request.mode == sole || record.targets?[place.string]?.accessMode == sole.rawValue
        }
        guard let other else { return }
        throw LockerError(
            .failedPrecondition,
            "volume \(request.handle.text) is published at \(other) already, and access mode SINGLE_NODE_SINGLE_WRITER"
                + " allows one place"
        )
    }

    /// Notes how a volume is published at a path, or that it is not any more.
    func note(_ use: PublishedUse?, at path: FilePath, in record: StagingRecord) async throws {
        var record = record
        guard record.targets?[path.string] != use else { return }
        var targets = record.targets ?? [:]
        targets[path.string] = use
        record.targets = targets
        try await self.blocking { [record] in try self.staging.save(record) }
    }
}
