// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Locker
internal import LockerProto

extension ControllerServer {
    /// What a new volume is to be a copy of.
    ///
    /// - Throws: `FieldError` for a source that is none; ``LockerError``: `notFound` for one that Locker never made,
    ///   `failedPrecondition` for one whose handle cannot be believed.
    func source(_ content: VolumeContentSource?) throws -> VolumeSource? {
        guard let content else { return nil }
        switch content.kind {
        case .snapshot(let snapshot):
            let text = snapshot.snapshotID
            try FieldRules.required(text, "volume_content_source.snapshot.snapshot_id")
            guard let handle = try SnapshotHandle(reading: text) else {
                throw LockerError(.notFound, "snapshot \(text), which the volume was to be made from, does not exist")
            }
            try handle.verify(with: self.keys)
            return .snapshot(handle)
        case .volume(let volume):
            let text = volume.volumeID
            try FieldRules.required(text, "volume_content_source.volume.volume_id")
            guard let handle = try VolumeHandle(reading: text) else {
                throw LockerError(.notFound, "volume \(text), which the volume was to be made from, does not exist")
            }
            try handle.verify(with: self.keys)
            return .volume(handle)
        case nil:
            throw FieldError("volume_content_source", "names neither a snapshot nor a volume; Locker copies only those")
        }
    }

    /// The same as CreateVolume answers it.
    static func contentSource(of record: VolumeRecord) -> VolumeContentSource? {
        guard let source = record.source else { return nil }
        if !source.snapshotID.isEmpty {
            return VolumeContentSource(kind: .snapshot(.init(snapshotID: source.snapshotID)))
        }
        if !source.volumeID.isEmpty { return VolumeContentSource(kind: .volume(.init(volumeID: source.volumeID))) }
        return nil
    }
}
