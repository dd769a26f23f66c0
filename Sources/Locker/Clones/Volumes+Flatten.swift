// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

extension Volumes {
    /// Has a volume flattened after its answer, if its record says so.
    func flattenIfAsked(_ record: VolumeRecord, key: RecordKey, io: IOContext, target: ClusterTarget) async {
        guard record.flatten else { return }
        await self.flattenings.add(
            Flattenings.Job(
                target: target,
                pool: io.poolName,
                namespace: io.namespace,
                key: key,
                imageID: record.imageID
            )
        )
    }

    /// How many clones are still to be flattened.
    package var pendingFlattenings: Int {
        get async { await self.flattenings.pending }
    }
}
