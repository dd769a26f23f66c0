// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// `csi.v1.GetVolumeGroupSnapshotRequest`.
package struct GetVolumeGroupSnapshotRequest: Sendable, Hashable {
    /// `group_snapshot_id`, field 1.
    package var groupSnapshotID: String

    /// `snapshot_ids`, field 2.
    package var snapshotIDs: [String]

    /// `secrets`, field 3.
    package var secrets: [String: Secret]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        groupSnapshotID: String = "",
        snapshotIDs: [String] = [],
        secrets: [String: Secret] = [:]
    ) {
        self.groupSnapshotID = groupSnapshotID
        self.snapshotIDs = snapshotIDs
        self.secrets = secrets
    }
}

extension GetVolumeGroupSnapshotRequest: WireMessage {
    package static let fullName = "csi.v1.GetVolumeGroupSnapshotRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_volume_group_snapshot_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetVolumeGroupSnapshotRequest.self).pointee
        self.init()
        self.groupSnapshotID = WireReading.string(raw.group_snapshot_id)
        self.snapshotIDs = WireReading.strings(raw.snapshot_ids, raw.n_snapshot_ids)
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetVolumeGroupSnapshotRequest.self)
        raw.pointee.group_snapshot_id = try arena.string(
            self.groupSnapshotID,
            "csi.v1.GetVolumeGroupSnapshotRequest.group_snapshot_id"
        )
        raw.pointee.n_snapshot_ids = self.snapshotIDs.count
        raw.pointee.snapshot_ids = try arena.strings(
            self.snapshotIDs,
            "csi.v1.GetVolumeGroupSnapshotRequest.snapshot_ids"
        )
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__GetVolumeGroupSnapshotRequest__SecretsEntry.self,
            "csi.v1.GetVolumeGroupSnapshotRequest.secrets"
        )
    }
}
