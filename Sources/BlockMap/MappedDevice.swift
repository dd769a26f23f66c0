// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// A block device that a mapper made, as it is just now.
package struct MappedDevice: Sendable, Hashable {
    /// The volume it was mapped for; empty when the mapper cannot know it, as for kernel rbd after a restart.
    package var volumeID: String
    /// The device: `/dev/rbd0`, `/dev/loop3`.
    package var device: FilePath
    /// The mapper's name: `krbd`, `fuse`.
    package var mapper: String
    /// Bytes.
    package var size: UInt64
    /// Whether it refuses writes.
    package var isReadOnly: Bool
    /// The Ceph client instance that does its I/O, `127.0.0.1:0/123`: what is fenced to stop it. Empty if there is none
    /// any more.
    package var clientAddress: String
    /// The cluster's id.
    package var fsid: String
    /// The pool of the image's header; -1 if unknown.
    package var poolID: Int64
    /// The RADOS namespace.
    package var namespace: String
    /// The image's name when it was mapped.
    package var imageName: String
    /// The image's id.
    package var imageID: String
    /// What was done on it.
    package var counters: IOCounters
    /// What is wrong with it, in words for a person; empty while all is well.
    package var trouble: String
    /// How long the oldest unanswered request has waited; zero if there is none.
    package var oldestRequest: Duration
    /// Whether it is a dead process' device that nobody can serve on: what is mounted from it is of no use any more.
    package var isAbandoned: Bool

    /// Describes a device.
    package init(
        volumeID: String,
        device: FilePath,
        mapper: String,
        size: UInt64,
        isReadOnly: Bool,
        clientAddress: String,
        fsid: String,
        poolID: Int64,
        namespace: String,
        imageName: String,
        imageID: String,
        counters: IOCounters = IOCounters(),
        trouble: String = "",
        oldestRequest: Duration = .zero,
        isAbandoned: Bool = false
    ) {
        self.volumeID = volumeID
        self.device = device
        self.mapper = mapper
        self.size = size
        self.isReadOnly = isReadOnly
        self.clientAddress = clientAddress
        self.fsid = fsid
        self.poolID = poolID
        self.namespace = namespace
        self.imageName = imageName
        self.imageID = imageID
        self.counters = counters
        self.trouble = trouble
        self.oldestRequest = oldestRequest
        self.isAbandoned = isAbandoned
    }
}
