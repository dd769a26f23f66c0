// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import Logging

extension GroupSnapshotRecord {
    /// What a log line says of a group's snapshot.
    package var logMetadata: Logger.Metadata {
        [
            "group.name": "\(self.requestName)", "group.volumes": "\(self.members.count)",
            "rbd.group": "\(self.groupName)",
        ]
    }
}
