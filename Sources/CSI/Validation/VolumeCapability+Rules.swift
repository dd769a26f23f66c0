// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ProtobufC

extension VolumeCapability {
    /// Whether raw block is asked for.
    package var isBlock: Bool {
        if case .block = self.accessType { true } else { false }
    }

    /// The mount part; `nil` for raw block.
    package var mount: MountVolume? {
        if case .mount(let mount) = self.accessType { mount } else { nil }
    }

    /// The access mode; unknown if it is not set.
    package var mode: AccessMode.Mode { self.accessMode?.mode ?? .unknown }

    /// Checks what the specification requires of every capability.
    ///
    /// - Parameter field: the field that holds it.
    package func validate(_ field: String = "volume_capability") throws(FieldError) {
        guard self.accessType != nil else { throw FieldError("\(field).access_type", "is required: block or mount") }
        guard let accessMode, accessMode.mode != .unknown else {
            throw FieldError("\(field).access_mode", "is required")
        }
        guard AccessMode.Mode.names.contains(where: { $0.value == accessMode.mode }) else {
            throw FieldError("\(field).access_mode.mode", "\(accessMode.mode.rawValue) is not a mode of CSI 1.13")
        }
        if let mount = self.mount {
            try FieldRules.string(mount.fsType, "\(field).mount.fs_type")
            try FieldRules.string(mount.volumeMountGroup, "\(field).mount.volume_mount_group")
            let size = mount.mountFlags.reduce(0) { $0 + $1.utf8.count }
            guard size <= FieldRules.mapLimit else {
                throw FieldError("\(field).mount.mount_flags", "has more than the \(FieldRules.mapLimit) bytes allowed")
            }
        }
    }
}
