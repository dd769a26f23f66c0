// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// name makes the call idempotent.
package struct CreateSnapshotRequest: Sendable, Hashable {
    /// `source_volume_id`, field 1.
    package var sourceVolumeID: String

    /// `name`, field 2.
    package var name: String

    /// `secrets`, field 3.
    package var secrets: [String: Secret]

    /// `parameters`, field 4.
    package var parameters: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        sourceVolumeID: String = "",
        name: String = "",
        secrets: [String: Secret] = [:],
        parameters: [String: String] = [:]
    ) {
        self.sourceVolumeID = sourceVolumeID
        self.name = name
        self.secrets = secrets
        self.parameters = parameters
    }
}

extension CreateSnapshotRequest: WireMessage {
    package static let fullName = "csi.v1.CreateSnapshotRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__create_snapshot_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateSnapshotRequest.self).pointee
        self.init()
        self.sourceVolumeID = WireReading.string(raw.source_volume_id)
        self.name = WireReading.string(raw.name)
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateSnapshotRequest.self)
        raw.pointee.source_volume_id = try arena.string(
            self.sourceVolumeID,
            "csi.v1.CreateSnapshotRequest.source_volume_id"
        )
        raw.pointee.name = try arena.string(self.name, "csi.v1.CreateSnapshotRequest.name")
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__CreateSnapshotRequest__SecretsEntry.self,
            "csi.v1.CreateSnapshotRequest.secrets"
        )
        raw.pointee.n_parameters = self.parameters.count
        raw.pointee.parameters = try arena.entries(
            self.parameters,
            in: Self.wireDescriptor,
            field: 4,
            as: Csi__V1__CreateSnapshotRequest__ParametersEntry.self,
            "csi.v1.CreateSnapshotRequest.parameters"
        )
    }
}
