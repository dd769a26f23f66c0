// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.AttachRequest`.
package struct AttachRequest: Sendable, Hashable {
    /// The volume handle: the name under which the other calls know it.
    package var volumeID: String

    /// `monitors`, field 2.
    package var monitors: [String]

    /// `user`, field 3.
    package var user: String

    /// The description of the kernel keyring's entry that holds the cephx key. Keys do not travel over the socket: the
    /// encryption's, if there is one, is in the entry of this name with ":data" behind it.
    package var keyName: String

    /// `pool_id`, field 5.
    package var poolID: Int64

    /// `rados_namespace`, field 6.
    package var radosNamespace: String

    /// `image_name`, field 7.
    package var imageName: String

    /// `image_id`, field 8.
    package var imageID: String

    /// `read_only`, field 9.
    package var readOnly: Bool

    /// Seconds an I/O may wait for the cluster; 0 waits as long as it takes.
    package var ioTimeout: Int64

    /// Front end: "ublk", "nbd" or "fuse".
    package var mapper: String

    /// `fsid`, field 12.
    package var fsid: String

    /// Options of the mapper, of the StorageClass' mapOptions.
    package var mapOptions: String

    /// How the image's data are encrypted: "luks2"; empty if they are not.
    package var encryption: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        monitors: [String] = [],
        user: String = "",
        keyName: String = "",
        poolID: Int64 = 0,
        radosNamespace: String = "",
        imageName: String = "",
        imageID: String = "",
        readOnly: Bool = false,
        ioTimeout: Int64 = 0,
        mapper: String = "",
        fsid: String = "",
        mapOptions: String = "",
        encryption: String = ""
    ) {
        self.volumeID = volumeID
        self.monitors = monitors
        self.user = user
        self.keyName = keyName
        self.poolID = poolID
        self.radosNamespace = radosNamespace
        self.imageName = imageName
        self.imageID = imageID
        self.readOnly = readOnly
        self.ioTimeout = ioTimeout
        self.mapper = mapper
        self.fsid = fsid
        self.mapOptions = mapOptions
        self.encryption = encryption
    }
}

extension AttachRequest: WireMessage {
    package static let fullName = "locker.data.v1.AttachRequest"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__attach_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__AttachRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.monitors = WireReading.strings(raw.monitors, raw.n_monitors)
        self.user = WireReading.string(raw.user)
        self.keyName = WireReading.string(raw.key_name)
        self.poolID = raw.pool_id
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.imageName = WireReading.string(raw.image_name)
        self.imageID = WireReading.string(raw.image_id)
        self.readOnly = raw.read_only != 0
        self.ioTimeout = raw.io_timeout
        self.mapper = WireReading.string(raw.mapper)
        self.fsid = WireReading.string(raw.fsid)
        self.mapOptions = WireReading.string(raw.map_options)
        self.encryption = WireReading.string(raw.encryption)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__AttachRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "locker.data.v1.AttachRequest.volume_id")
        raw.pointee.n_monitors = self.monitors.count
        raw.pointee.monitors = try arena.strings(self.monitors, "locker.data.v1.AttachRequest.monitors")
        raw.pointee.user = try arena.string(self.user, "locker.data.v1.AttachRequest.user")
        raw.pointee.key_name = try arena.string(self.keyName, "locker.data.v1.AttachRequest.key_name")
        raw.pointee.pool_id = self.poolID
        raw.pointee.rados_namespace = try arena.string(
            self.radosNamespace,
            "locker.data.v1.AttachRequest.rados_namespace"
        )
        raw.pointee.image_name = try arena.string(self.imageName, "locker.data.v1.AttachRequest.image_name")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.data.v1.AttachRequest.image_id")
        raw.pointee.read_only = self.readOnly ? 1 : 0
        raw.pointee.io_timeout = self.ioTimeout
        raw.pointee.mapper = try arena.string(self.mapper, "locker.data.v1.AttachRequest.mapper")
        raw.pointee.fsid = try arena.string(self.fsid, "locker.data.v1.AttachRequest.fsid")
        raw.pointee.map_options = try arena.string(self.mapOptions, "locker.data.v1.AttachRequest.map_options")
        raw.pointee.encryption = try arena.string(self.encryption, "locker.data.v1.AttachRequest.encryption")
    }
}
