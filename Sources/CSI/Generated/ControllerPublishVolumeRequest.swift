// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// Makes the volume available to a node, before anything happens there.
package struct ControllerPublishVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `node_id`, field 2.
    package var nodeID: String

    /// `volume_capability`, field 3.
    package var volumeCapability: VolumeCapability?

    /// `readonly`, field 4.
    package var readonly: Bool

    /// `secrets`, field 5.
    package var secrets: [String: Secret]

    /// `volume_context`, field 6.
    package var volumeContext: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        nodeID: String = "",
        volumeCapability: VolumeCapability? = nil,
        readonly: Bool = false,
        secrets: [String: Secret] = [:],
        volumeContext: [String: String] = [:]
    ) {
        self.volumeID = volumeID
        self.nodeID = nodeID
        self.volumeCapability = volumeCapability
        self.readonly = readonly
        self.secrets = secrets
        self.volumeContext = volumeContext
    }
}

extension ControllerPublishVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.ControllerPublishVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_publish_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerPublishVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.nodeID = WireReading.string(raw.node_id)
        self.volumeCapability = raw.volume_capability.map { VolumeCapability(wire: $0) }
        self.readonly = raw.readonly != 0
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.volumeContext = WireReading.map(raw.volume_context, raw.n_volume_context) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerPublishVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.ControllerPublishVolumeRequest.volume_id")
        raw.pointee.node_id = try arena.string(self.nodeID, "csi.v1.ControllerPublishVolumeRequest.node_id")
        if let value = self.volumeCapability {
            raw.pointee.volume_capability = try arena.message(value, as: Csi__V1__VolumeCapability.self)
        }
        raw.pointee.readonly = self.readonly ? 1 : 0
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 5,
            as: Csi__V1__ControllerPublishVolumeRequest__SecretsEntry.self,
            "csi.v1.ControllerPublishVolumeRequest.secrets"
        )
        raw.pointee.n_volume_context = self.volumeContext.count
        raw.pointee.volume_context = try arena.entries(
            self.volumeContext,
            in: Self.wireDescriptor,
            field: 6,
            as: Csi__V1__ControllerPublishVolumeRequest__VolumeContextEntry.self,
            "csi.v1.ControllerPublishVolumeRequest.volume_context"
        )
    }
}
