// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// Asks for the allocated runs from starting_offset on, max_results a message.
package struct GetMetadataAllocatedRequest: Sendable, Hashable {
    /// `snapshot_id`, field 1.
    package var snapshotID: String

    /// `starting_offset`, field 2.
    package var startingOffset: Int64

    /// `max_results`, field 3.
    package var maxResults: Int32

    /// `secrets`, field 4.
    package var secrets: [String: Secret]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        snapshotID: String = "",
        startingOffset: Int64 = 0,
        maxResults: Int32 = 0,
        secrets: [String: Secret] = [:]
    ) {
        self.snapshotID = snapshotID
        self.startingOffset = startingOffset
        self.maxResults = maxResults
        self.secrets = secrets
    }
}

extension GetMetadataAllocatedRequest: WireMessage {
    package static let fullName = "csi.v1.GetMetadataAllocatedRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_metadata_allocated_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetMetadataAllocatedRequest.self).pointee
        self.init()
        self.snapshotID = WireReading.string(raw.snapshot_id)
        self.startingOffset = raw.starting_offset
        self.maxResults = raw.max_results
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetMetadataAllocatedRequest.self)
        raw.pointee.snapshot_id = try arena.string(self.snapshotID, "csi.v1.GetMetadataAllocatedRequest.snapshot_id")
        raw.pointee.starting_offset = self.startingOffset
        raw.pointee.max_results = self.maxResults
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 4,
            as: Csi__V1__GetMetadataAllocatedRequest__SecretsEntry.self,
            "csi.v1.GetMetadataAllocatedRequest.secrets"
        )
    }
}
