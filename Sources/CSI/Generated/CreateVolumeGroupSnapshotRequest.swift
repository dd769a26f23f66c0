// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// `csi.v1.CreateVolumeGroupSnapshotRequest`.
package struct CreateVolumeGroupSnapshotRequest: Sendable, Hashable {
    /// `name`, field 1.
    package var name: String

    /// `source_volume_ids`, field 2.
    package var sourceVolumeIDs: [String]

    /// `secrets`, field 3.
    package var secrets: [String: Secret]

    /// `parameters`, field 4.
    package var parameters: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        name: String = "",
        sourceVolumeIDs: [String] = [],
        secrets: [String: Secret] = [:],
        parameters: [String: String] = [:]
    ) {
        self.name = name
        self.sourceVolumeIDs = sourceVolumeIDs
        self.secrets = secrets
        self.parameters = parameters
    }
}

extension CreateVolumeGroupSnapshotRequest: WireMessage {
    package static let fullName = "csi.v1.CreateVolumeGroupSnapshotRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__create_volume_group_snapshot_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeGroupSnapshotRequest.self).pointee
        self.init()
        self.name = WireReading.string(raw.name)
        self.sourceVolumeIDs = WireReading.strings(raw.source_volume_ids, raw.n_source_volume_ids)
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.parameters = WireReading.map(raw.parameters, raw.n_parameters) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeGroupSnapshotRequest.self)
        raw.pointee.name = try arena.string(self.name, "csi.v1.CreateVolumeGroupSnapshotRequest.name")
        raw.pointee.n_source_volume_ids = self.sourceVolumeIDs.count
        raw.pointee.source_volume_ids = try arena.strings(
            self.sourceVolumeIDs,
            "csi.v1.CreateVolumeGroupSnapshotRequest.source_volume_ids"
        )
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__CreateVolumeGroupSnapshotRequest__SecretsEntry.self,
            "csi.v1.CreateVolumeGroupSnapshotRequest.secrets"
        )
        raw.pointee.n_parameters = self.parameters.count
        raw.pointee.parameters = try arena.entries(
            self.parameters,
            in: Self.wireDescriptor,
            field: 4,
            as: Csi__V1__CreateVolumeGroupSnapshotRequest__ParametersEntry.self,
            "csi.v1.CreateVolumeGroupSnapshotRequest.parameters"
        )
    }
}
