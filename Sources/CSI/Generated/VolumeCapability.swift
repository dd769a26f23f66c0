// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// How a volume is to be used: raw or with a filesystem, and by whom at a time.
package struct VolumeCapability: Sendable, Hashable {
    /// The oneof `access_type`: nil when none of its fields is set.
    package var accessType: AccessType?

    /// `access_mode`, field 3.
    package var accessMode: VolumeCapability.AccessMode?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        accessType: AccessType? = nil,
        accessMode: VolumeCapability.AccessMode? = nil
    ) {
        self.accessType = accessType
        self.accessMode = accessMode
    }

    /// The fields of the oneof `access_type`, of which at most one is set.
    package enum AccessType: Sendable, Hashable {
        /// `block`, field 1.
        case block(VolumeCapability.BlockVolume)
        /// `mount`, field 2.
        case mount(VolumeCapability.MountVolume)
    }

    /// The volume is given to the pod as a block device.
    package struct BlockVolume: Sendable, Hashable {
        /// A message with these fields; what is left out has its proto3 default.
        package init() {}
    }

    /// The volume is given to the pod as a mounted filesystem. mount_flags may be sensitive.
    package struct MountVolume: Sendable, Hashable {
        /// `fs_type`, field 1.
        package var fsType: String

        /// `mount_flags`, field 2.
        package var mountFlags: [String]

        /// `volume_mount_group`, field 3.
        package var volumeMountGroup: String

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            fsType: String = "",
            mountFlags: [String] = [],
            volumeMountGroup: String = ""
        ) {
            self.fsType = fsType
            self.mountFlags = mountFlags
            self.volumeMountGroup = volumeMountGroup
        }
    }

    /// How many nodes and pods use the volume at once, and whether they write.
    package struct AccessMode: Sendable, Hashable {
        /// `mode`, field 1.
        package var mode: VolumeCapability.AccessMode.Mode

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            mode: VolumeCapability.AccessMode.Mode = .init(rawValue: 0)
        ) {
            self.mode = mode
        }

        /// The values of `Mode`; others survive as their numbers.
        package struct Mode: WireEnum {
            /// The number on the wire.
            package let rawValue: Int32

            /// The value with a number.
            package init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            /// `UNKNOWN`.
            package static let unknown = Self(rawValue: 0)

            /// `SINGLE_NODE_WRITER`.
            package static let singleNodeWriter = Self(rawValue: 1)

            /// `SINGLE_NODE_READER_ONLY`.
            package static let singleNodeReaderOnly = Self(rawValue: 2)

            /// `MULTI_NODE_READER_ONLY`.
            package static let multiNodeReaderOnly = Self(rawValue: 3)

            /// `MULTI_NODE_SINGLE_WRITER`.
            package static let multiNodeSingleWriter = Self(rawValue: 4)

            /// `MULTI_NODE_MULTI_WRITER`.
            package static let multiNodeMultiWriter = Self(rawValue: 5)

            /// `SINGLE_NODE_SINGLE_WRITER`.
            package static let singleNodeSingleWriter = Self(rawValue: 6)

            /// `SINGLE_NODE_MULTI_WRITER`.
            package static let singleNodeMultiWriter = Self(rawValue: 7)

            /// Every value with its name in the proto file.
            package static let names: [(value: Self, name: String)] = [
                (.unknown, "UNKNOWN"),
                (.singleNodeWriter, "SINGLE_NODE_WRITER"),
                (.singleNodeReaderOnly, "SINGLE_NODE_READER_ONLY"),
                (.multiNodeReaderOnly, "MULTI_NODE_READER_ONLY"),
                (.multiNodeSingleWriter, "MULTI_NODE_SINGLE_WRITER"),
                (.multiNodeMultiWriter, "MULTI_NODE_MULTI_WRITER"),
                (.singleNodeSingleWriter, "SINGLE_NODE_SINGLE_WRITER"),
                (.singleNodeMultiWriter, "SINGLE_NODE_MULTI_WRITER"),
            ]
        }
    }
}

extension VolumeCapability: WireMessage {
    package static let fullName = "csi.v1.VolumeCapability"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_capability__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCapability.self).pointee
        self.init()
        self.accessMode = raw.access_mode.map { VolumeCapability.AccessMode(wire: $0) }
        switch raw.access_type_case.rawValue {
        case 1:
            self.accessType = raw.block.map { VolumeCapability.BlockVolume(wire: $0) }.map { .block($0) }
        case 2:
            self.accessType = raw.mount.map { VolumeCapability.MountVolume(wire: $0) }.map { .mount($0) }
        default:
            break
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCapability.self)
        if let value = self.accessMode {
            raw.pointee.access_mode = try arena.message(value, as: Csi__V1__VolumeCapability__AccessMode.self)
        }
        switch self.accessType {
        case .block(let value):
            raw.pointee.access_type_case = .init(rawValue: 1)
            raw.pointee.block = try arena.message(value, as: Csi__V1__VolumeCapability__BlockVolume.self)
        case .mount(let value):
            raw.pointee.access_type_case = .init(rawValue: 2)
            raw.pointee.mount = try arena.message(value, as: Csi__V1__VolumeCapability__MountVolume.self)
        case nil:
            break
        }
    }
}

extension VolumeCapability.BlockVolume: WireMessage {
    package static let fullName = "csi.v1.VolumeCapability.BlockVolume"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_capability__block_volume__init)

    package init(wire: UnsafeRawPointer) {
        self.init()
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {}
}

extension VolumeCapability.MountVolume: WireMessage {
    package static let fullName = "csi.v1.VolumeCapability.MountVolume"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_capability__mount_volume__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCapability__MountVolume.self).pointee
        self.init()
        self.fsType = WireReading.string(raw.fs_type)
        self.mountFlags = WireReading.strings(raw.mount_flags, raw.n_mount_flags)
        self.volumeMountGroup = WireReading.string(raw.volume_mount_group)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCapability__MountVolume.self)
        raw.pointee.fs_type = try arena.string(self.fsType, "csi.v1.VolumeCapability.MountVolume.fs_type")
        raw.pointee.n_mount_flags = self.mountFlags.count
        raw.pointee.mount_flags = try arena.strings(self.mountFlags, "csi.v1.VolumeCapability.MountVolume.mount_flags")
        raw.pointee.volume_mount_group = try arena.string(
            self.volumeMountGroup,
            "csi.v1.VolumeCapability.MountVolume.volume_mount_group"
        )
    }
}

extension VolumeCapability.AccessMode: WireMessage {
    package static let fullName = "csi.v1.VolumeCapability.AccessMode"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_capability__access_mode__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCapability__AccessMode.self).pointee
        self.init()
        self.mode = .init(rawValue: Int32(bitPattern: raw.mode.rawValue))
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCapability__AccessMode.self)
        raw.pointee.mode = .init(rawValue: UInt32(bitPattern: self.mode.rawValue))
    }
}
