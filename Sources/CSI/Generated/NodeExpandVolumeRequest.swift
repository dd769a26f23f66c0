// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// Grows what is on the volume after the volume itself has grown.
package struct NodeExpandVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `volume_path`, field 2.
    package var volumePath: String

    /// `capacity_range`, field 3.
    package var capacityRange: CapacityRange?

    /// `staging_target_path`, field 4.
    package var stagingTargetPath: String

    /// `volume_capability`, field 5.
    package var volumeCapability: VolumeCapability?

    /// `secrets`, field 6.
    package var secrets: [String: Secret]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        volumePath: String = "",
        capacityRange: CapacityRange? = nil,
        stagingTargetPath: String = "",
        volumeCapability: VolumeCapability? = nil,
        secrets: [String: Secret] = [:]
    ) {
        self.volumeID = volumeID
        self.volumePath = volumePath
        self.capacityRange = capacityRange
        self.stagingTargetPath = stagingTargetPath
        self.volumeCapability = volumeCapability
        self.secrets = secrets
    }
}

extension NodeExpandVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.NodeExpandVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_expand_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeExpandVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.volumePath = WireReading.string(raw.volume_path)
        self.capacityRange = raw.capacity_range.map { CapacityRange(wire: $0) }
        self.stagingTargetPath = WireReading.string(raw.staging_target_path)
        self.volumeCapability = raw.volume_capability.map { VolumeCapability(wire: $0) }
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeExpandVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.NodeExpandVolumeRequest.volume_id")
        raw.pointee.volume_path = try arena.string(self.volumePath, "csi.v1.NodeExpandVolumeRequest.volume_path")
        if let value = self.capacityRange {
            raw.pointee.capacity_range = try arena.message(value, as: Csi__V1__CapacityRange.self)
        }
        raw.pointee.staging_target_path = try arena.string(
            self.stagingTargetPath,
            "csi.v1.NodeExpandVolumeRequest.staging_target_path"
        )
        if let value = self.volumeCapability {
            raw.pointee.volume_capability = try arena.message(value, as: Csi__V1__VolumeCapability.self)
        }
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 6,
            as: Csi__V1__NodeExpandVolumeRequest__SecretsEntry.self,
            "csi.v1.NodeExpandVolumeRequest.secrets"
        )
    }
}
