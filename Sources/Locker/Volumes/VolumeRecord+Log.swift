// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import Logging

extension VolumeRecord {
    /// What a log line says of a volume.
    package var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "volume.name": "\(self.requestName)", "rbd.image": "\(self.imageName)", "volume.course": "\(self.course)",
            "volume.bytes": "\(self.payloadBytes)",
        ]
        if !self.student.isEmpty { metadata["volume.student"] = "\(self.student)" }
        if !self.claim.isEmpty { metadata["volume.claim"] = "\(self.claim)" }
        return metadata
    }
}
