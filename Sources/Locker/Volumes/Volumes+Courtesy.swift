// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados

extension Volumes {
    /// Copies a volume's identity into its image's metadata, for whoever looks at the image with Ceph's own tools.
    ///
    /// Nothing reads it but people and a repair; the record is the truth, so a failure costs nothing but a line of log.
    func leaveCourtesyCopy(of record: VolumeRecord, io: IOContext) {
        let entries = [
            "locker.volume": record.requestName, "locker.course": record.course, "locker.student": record.student,
            "locker.claim": record.claim,
            "locker.created": DateText.iso8601(milliseconds: record.createdAt),
        ].filter { !$0.value.isEmpty }
        self.afterwards {
            do {
                try await io.setMetadata(entries, imageID: record.imageID)
            } catch {
                let metadata: Logger.Metadata = ["rbd.image": "\(record.imageName)", "error": "\(error)"]
                self.logger.debug("The image's courtesy metadata were not written", metadata: metadata)
            }
        }
    }
}
