// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// The reverse; an empty node_id means all nodes.
package struct ControllerUnpublishVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `node_id`, field 2.
    package var nodeID: String

    /// `secrets`, field 3.
    package var secrets: [String: Secret]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        nodeID: String = "",
        secrets: [String: Secret] = [:]
    ) {
        self.volumeID = volumeID
        self.nodeID = nodeID
        self.secrets = secrets
    }
}

extension ControllerUnpublishVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.ControllerUnpublishVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_unpublish_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerUnpublishVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.nodeID = WireReading.string(raw.node_id)
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerUnpublishVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.ControllerUnpublishVolumeRequest.volume_id")
        raw.pointee.node_id = try arena.string(self.nodeID, "csi.v1.ControllerUnpublishVolumeRequest.node_id")
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__ControllerUnpublishVolumeRequest__SecretsEntry.self,
            "csi.v1.ControllerUnpublishVolumeRequest.secrets"
        )
    }
}
