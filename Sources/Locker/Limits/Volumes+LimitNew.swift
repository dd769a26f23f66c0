// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados

extension Volumes {
    /// Gives a new image, which nobody has open yet, the limits of its record and no others.
    func limitNew(_ record: VolumeRecord, io: IOContext) async throws {
        let wanted = VolumeLimits(recorded: record.mutableParameters).metadata
        if record.source != nil {
            // A clone begins with its parent's metadata.
            try await io.withImage(.id(record.imageID), readOnly: false) { image in
                for key in try image.metadata().keys where VolumeLimits.isMetadata(key) && wanted[key] == nil {
                    try image.removeMetadata(key)
                }
            }
        }
        if !wanted.isEmpty { try await io.setMetadata(wanted, imageID: record.imageID) }
    }
}
