// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// One volume_capability of the request that created the volume.
package struct Capability: Sendable, Hashable {
    /// True for raw block, false for a filesystem.
    package var block: Bool

    /// `fs_type`, field 2.
    package var fsType: String

    /// `mount_flags`, field 3.
    package var mountFlags: [String]

    /// csi.v1.VolumeCapability.AccessMode.Mode.
    package var accessMode: Int32

    /// `volume_mount_group`, field 5.
    package var volumeMountGroup: String

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        block: Bool = false,
        fsType: String = "",
        mountFlags: [String] = [],
        accessMode: Int32 = 0,
        volumeMountGroup: String = ""
    ) {
        self.block = block
        self.fsType = fsType
        self.mountFlags = mountFlags
        self.accessMode = accessMode
        self.volumeMountGroup = volumeMountGroup
    }
}

extension Capability: WireMessage {
    package static let fullName = "locker.v1.Capability"
    package static let wireDescriptor = WireDescriptor(locker__v1__capability__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Capability.self).pointee
        self.init()
        self.block = raw.block != 0
        self.fsType = WireReading.string(raw.fs_type)
        self.mountFlags = WireReading.strings(raw.mount_flags, raw.n_mount_flags)
        self.accessMode = raw.access_mode
        self.volumeMountGroup = WireReading.string(raw.volume_mount_group)
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Capability.self)
        raw.pointee.block = self.block ? 1 : 0
        raw.pointee.fs_type = try arena.string(self.fsType, "locker.v1.Capability.fs_type")
        raw.pointee.n_mount_flags = self.mountFlags.count
        raw.pointee.mount_flags = try arena.strings(self.mountFlags, "locker.v1.Capability.mount_flags")
        raw.pointee.access_mode = self.accessMode
        raw.pointee.volume_mount_group = try arena.string(
            self.volumeMountGroup,
            "locker.v1.Capability.volume_mount_group"
        )
        self.unknownFields.write(to: wire, arena: arena)
    }
}
