// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import Logging

extension SnapshotRecord {
    /// What a log line says of a snapshot.
    package var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "snapshot.name": "\(self.requestName)", "volume.name": "\(self.sourceName)",
            "rbd.image": "\(self.imageName)", "volume.course": "\(self.course)",
            "volume.bytes": "\(self.payloadBytes)",
        ]
        if !self.student.isEmpty { metadata["volume.student"] = "\(self.student)" }
        return metadata
    }
}
