// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// `csi.v1.ListSnapshotsRequest`.
package struct ListSnapshotsRequest: Sendable, Hashable {
    /// `max_entries`, field 1.
    package var maxEntries: Int32

    /// `starting_token`, field 2.
    package var startingToken: String

    /// `source_volume_id`, field 3.
    package var sourceVolumeID: String

    /// `snapshot_id`, field 4.
    package var snapshotID: String

    /// `secrets`, field 5.
    package var secrets: [String: Secret]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        maxEntries: Int32 = 0,
        startingToken: String = "",
        sourceVolumeID: String = "",
        snapshotID: String = "",
        secrets: [String: Secret] = [:]
    ) {
        self.maxEntries = maxEntries
        self.startingToken = startingToken
        self.sourceVolumeID = sourceVolumeID
        self.snapshotID = snapshotID
        self.secrets = secrets
    }
}

extension ListSnapshotsRequest: WireMessage {
    package static let fullName = "csi.v1.ListSnapshotsRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__list_snapshots_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListSnapshotsRequest.self).pointee
        self.init()
        self.maxEntries = raw.max_entries
        self.startingToken = WireReading.string(raw.starting_token)
        self.sourceVolumeID = WireReading.string(raw.source_volume_id)
        self.snapshotID = WireReading.string(raw.snapshot_id)
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListSnapshotsRequest.self)
        raw.pointee.max_entries = self.maxEntries
        raw.pointee.starting_token = try arena.string(self.startingToken, "csi.v1.ListSnapshotsRequest.starting_token")
        raw.pointee.source_volume_id = try arena.string(
            self.sourceVolumeID,
            "csi.v1.ListSnapshotsRequest.source_volume_id"
        )
        raw.pointee.snapshot_id = try arena.string(self.snapshotID, "csi.v1.ListSnapshotsRequest.snapshot_id")
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 5,
            as: Csi__V1__ListSnapshotsRequest__SecretsEntry.self,
            "csi.v1.ListSnapshotsRequest.secrets"
        )
    }
}
