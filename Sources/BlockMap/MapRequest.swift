// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados

/// One image that is to become a block device of this machine, and everything needed to reach it.
package struct MapRequest: Sendable, Hashable {
    /// The volume's name towards the driver: a mapper keeps one device for each. Not empty.
    package var volumeID: String
    /// The cluster, and the user whose key the I/O is done with.
    package var target: ClusterTarget
    /// The id the cluster must have: a device is never made from another one's image.
    package var fsid: String
    /// The pool of the image's header.
    package var poolID: Int64
    /// The RADOS namespace; empty for the pool's own.
    package var namespace: String
    /// The image's name, for messages and for the kernel, which maps by name.
    package var imageName: String
    /// The image's id, which decides what is mapped.
    package var imageID: String
    /// Whether the device refuses writes, and the image is opened without watch and lock.
    package var isReadOnly: Bool
    /// How long I/O waits for the cluster before it fails; `nil` waits for ever, as for a disk.
    package var ioTimeout: Duration?
    /// The options for the mapper that is asked, as `rbd device map -o` takes them, separated by commas: the kernel's for
    /// ``KernelRBDMapper``; the user-space mappers take librbd's `rbd_…` options and no others.
    package var mapOptions: String
    /// Whether the image's data are encrypted, and the key.
    package var encryption: VolumeEncryption

    /// Names an image and how it is to be mapped.
    package init(
        volumeID: String,
        target: ClusterTarget,
        fsid: String,
        poolID: Int64,
        namespace: String,
        imageName: String,
        imageID: String,
        isReadOnly: Bool,
        ioTimeout: Duration?,
        mapOptions: String,
        encryption: VolumeEncryption = .none
    ) {
        self.volumeID = volumeID
        self.target = target
        self.fsid = fsid
        self.poolID = poolID
        self.namespace = namespace
        self.imageName = imageName
        self.imageID = imageID
        self.isReadOnly = isReadOnly
        self.ioTimeout = ioTimeout
        self.mapOptions = mapOptions
        self.encryption = encryption
    }
}
