// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// `csi.v1.ControllerExpandVolumeRequest`.
package struct ControllerExpandVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `capacity_range`, field 2.
    package var capacityRange: CapacityRange?

    /// `secrets`, field 3.
    package var secrets: [String: Secret]

    /// `volume_capability`, field 4.
    package var volumeCapability: VolumeCapability?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        capacityRange: CapacityRange? = nil,
        secrets: [String: Secret] = [:],
        volumeCapability: VolumeCapability? = nil
    ) {
        self.volumeID = volumeID
        self.capacityRange = capacityRange
        self.secrets = secrets
        self.volumeCapability = volumeCapability
    }
}

extension ControllerExpandVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.ControllerExpandVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_expand_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerExpandVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.capacityRange = raw.capacity_range.map { CapacityRange(wire: $0) }
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.volumeCapability = raw.volume_capability.map { VolumeCapability(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerExpandVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.ControllerExpandVolumeRequest.volume_id")
        if let value = self.capacityRange {
            raw.pointee.capacity_range = try arena.message(value, as: Csi__V1__CapacityRange.self)
        }
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__ControllerExpandVolumeRequest__SecretsEntry.self,
            "csi.v1.ControllerExpandVolumeRequest.secrets"
        )
        if let value = self.volumeCapability {
            raw.pointee.volume_capability = try arena.message(value, as: Csi__V1__VolumeCapability.self)
        }
    }
}
