// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// `csi.v1.GetSnapshotRequest`.
package struct GetSnapshotRequest: Sendable, Hashable {
    /// `snapshot_id`, field 1.
    package var snapshotID: String

    /// `secrets`, field 2.
    package var secrets: [String: Secret]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        snapshotID: String = "",
        secrets: [String: Secret] = [:]
    ) {
        self.snapshotID = snapshotID
        self.secrets = secrets
    }
}

extension GetSnapshotRequest: WireMessage {
    package static let fullName = "csi.v1.GetSnapshotRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_snapshot_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetSnapshotRequest.self).pointee
        self.init()
        self.snapshotID = WireReading.string(raw.snapshot_id)
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetSnapshotRequest.self)
        raw.pointee.snapshot_id = try arena.string(self.snapshotID, "csi.v1.GetSnapshotRequest.snapshot_id")
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 2,
            as: Csi__V1__GetSnapshotRequest__SecretsEntry.self,
            "csi.v1.GetSnapshotRequest.secrets"
        )
    }
}
