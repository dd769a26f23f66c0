// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// Mounts the volume once for the node, at staging_target_path.
package struct NodeStageVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `publish_context`, field 2.
    package var publishContext: [String: String]

    /// `staging_target_path`, field 3.
    package var stagingTargetPath: String

    /// `volume_capability`, field 4.
    package var volumeCapability: VolumeCapability?

    /// `secrets`, field 5.
    package var secrets: [String: Secret]

    /// `volume_context`, field 6.
    package var volumeContext: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        publishContext: [String: String] = [:],
        stagingTargetPath: String = "",
        volumeCapability: VolumeCapability? = nil,
        secrets: [String: Secret] = [:],
        volumeContext: [String: String] = [:]
    ) {
        self.volumeID = volumeID
        self.publishContext = publishContext
        self.stagingTargetPath = stagingTargetPath
        self.volumeCapability = volumeCapability
        self.secrets = secrets
        self.volumeContext = volumeContext
    }
}

extension NodeStageVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.NodeStageVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_stage_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeStageVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.publishContext = WireReading.map(raw.publish_context, raw.n_publish_context) { ($0.key, $0.value) }
        self.stagingTargetPath = WireReading.string(raw.staging_target_path)
        self.volumeCapability = raw.volume_capability.map { VolumeCapability(wire: $0) }
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.volumeContext = WireReading.map(raw.volume_context, raw.n_volume_context) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeStageVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.NodeStageVolumeRequest.volume_id")
        raw.pointee.n_publish_context = self.publishContext.count
        raw.pointee.publish_context = try arena.entries(
            self.publishContext,
            in: Self.wireDescriptor,
            field: 2,
            as: Csi__V1__NodeStageVolumeRequest__PublishContextEntry.self,
            "csi.v1.NodeStageVolumeRequest.publish_context"
        )
        raw.pointee.staging_target_path = try arena.string(
            self.stagingTargetPath,
            "csi.v1.NodeStageVolumeRequest.staging_target_path"
        )
        if let value = self.volumeCapability {
            raw.pointee.volume_capability = try arena.message(value, as: Csi__V1__VolumeCapability.self)
        }
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 5,
            as: Csi__V1__NodeStageVolumeRequest__SecretsEntry.self,
            "csi.v1.NodeStageVolumeRequest.secrets"
        )
        raw.pointee.n_volume_context = self.volumeContext.count
        raw.pointee.volume_context = try arena.entries(
            self.volumeContext,
            in: Self.wireDescriptor,
            field: 6,
            as: Csi__V1__NodeStageVolumeRequest__VolumeContextEntry.self,
            "csi.v1.NodeStageVolumeRequest.volume_context"
        )
    }
}
