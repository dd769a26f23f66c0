// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Locker
internal import LockerProto

/// Which capabilities a volume of this version can have.
enum CapabilityRules {
    /// Filesystems Locker makes.
    static let filesystems = ["ext4", "xfs"]

    /// Why a capability cannot be offered; `nil` if it can.
    static func objection(to capability: VolumeCapability) -> String? {
        switch capability.mode {
        case .multiNodeMultiWriter, .multiNodeSingleWriter:
            return
                "access mode \(capability.mode) is not offered: one writer at a time is what keeps a student's data whole"
        default: break
        }
        if let mount = capability.mount, !mount.fsType.isEmpty, !self.filesystems.contains(mount.fsType) {
            return
                "fs_type \"\(mount.fsType)\" is not offered; Locker makes \(self.filesystems.joined(separator: " and "))"
        }
        return nil
    }

    /// A request's capability, which has to be there, be whole, and be one that can be offered.
    static func checked(
        _ capability: VolumeCapability?,
        _ field: String = "volume_capability"
    ) throws(FieldError) -> VolumeCapability {
        guard let capability else { throw FieldError(field, "is required") }
        try capability.validate(field)
        if let objection = self.objection(to: capability) { throw FieldError(field, objection) }
        return capability
    }

    /// Checks a request's capabilities and gives them as the record keeps them.
    static func records(of capabilities: [VolumeCapability]) throws -> [Capability] {
        guard !capabilities.isEmpty else { throw FieldError("volume_capabilities", "is required") }
        return try capabilities.enumerated().map { index, capability in
            self.record(of: try self.checked(capability, "volume_capabilities[\(index)]"))
        }
    }

    /// A capability as records keep it.
    static func record(of capability: VolumeCapability) -> Capability {
        Capability(
            block: capability.isBlock,
            fsType: capability.mount?.fsType ?? "",
            mountFlags: capability.mount?.mountFlags ?? [],
            accessMode: capability.mode.rawValue,
            volumeMountGroup: capability.mount?.volumeMountGroup ?? ""
        )
    }
}
