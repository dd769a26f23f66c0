// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// What a volume's record says of its health, without a look at its image.
package enum RecordFinding: Sendable, Hashable {
    /// Nothing speaks against it.
    case inOrder
    /// Its key was destroyed, in milliseconds since 1970: what it held cannot be read any more.
    case keyDestroyed(at: Int64)
    /// A node began to make the filesystem and has the volume no more; the next stage makes it anew.
    case filesystemUnfinished(node: String)

    /// What a record says.
    package init(_ record: VolumeRecord) {
        if record.keyDestroyedAt != 0 {
            self = .keyDestroyed(at: record.keyDestroyedAt)
        } else if let filesystem = record.filesystem, filesystem.state == .formatting, record.attachments.isEmpty {
            self = .filesystemUnfinished(node: filesystem.nodeID)
        } else {
            self = .inOrder
        }
    }
}
