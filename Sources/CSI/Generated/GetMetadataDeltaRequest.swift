// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// Asks for the runs that differ between two snapshots of one volume.
package struct GetMetadataDeltaRequest: Sendable, Hashable {
    /// `base_snapshot_id`, field 1.
    package var baseSnapshotID: String

    /// `target_snapshot_id`, field 2.
    package var targetSnapshotID: String

    /// `starting_offset`, field 3.
    package var startingOffset: Int64

    /// `max_results`, field 4.
    package var maxResults: Int32

    /// `secrets`, field 5.
    package var secrets: [String: Secret]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        baseSnapshotID: String = "",
        targetSnapshotID: String = "",
        startingOffset: Int64 = 0,
        maxResults: Int32 = 0,
        secrets: [String: Secret] = [:]
    ) {
        self.baseSnapshotID = baseSnapshotID
        self.targetSnapshotID = targetSnapshotID
        self.startingOffset = startingOffset
        self.maxResults = maxResults
        self.secrets = secrets
    }
}

extension GetMetadataDeltaRequest: WireMessage {
    package static let fullName = "csi.v1.GetMetadataDeltaRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_metadata_delta_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetMetadataDeltaRequest.self).pointee
        self.init()
        self.baseSnapshotID = WireReading.string(raw.base_snapshot_id)
        self.targetSnapshotID = WireReading.string(raw.target_snapshot_id)
        self.startingOffset = raw.starting_offset
        self.maxResults = raw.max_results
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetMetadataDeltaRequest.self)
        raw.pointee.base_snapshot_id = try arena.string(
            self.baseSnapshotID,
            "csi.v1.GetMetadataDeltaRequest.base_snapshot_id"
        )
        raw.pointee.target_snapshot_id = try arena.string(
            self.targetSnapshotID,
            "csi.v1.GetMetadataDeltaRequest.target_snapshot_id"
        )
        raw.pointee.starting_offset = self.startingOffset
        raw.pointee.max_results = self.maxResults
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 5,
            as: Csi__V1__GetMetadataDeltaRequest__SecretsEntry.self,
            "csi.v1.GetMetadataDeltaRequest.secrets"
        )
    }
}
