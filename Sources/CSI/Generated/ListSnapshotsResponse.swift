// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.ListSnapshotsResponse`.
package struct ListSnapshotsResponse: Sendable, Hashable {
    /// `entries`, field 1.
    package var entries: [ListSnapshotsResponse.Entry]

    /// `next_token`, field 2.
    package var nextToken: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        entries: [ListSnapshotsResponse.Entry] = [],
        nextToken: String = ""
    ) {
        self.entries = entries
        self.nextToken = nextToken
    }

    /// `csi.v1.ListSnapshotsResponse.Entry`.
    package struct Entry: Sendable, Hashable {
        /// `snapshot`, field 1.
        package var snapshot: Snapshot?

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            snapshot: Snapshot? = nil
        ) {
            self.snapshot = snapshot
        }
    }
}

extension ListSnapshotsResponse: WireMessage {
    package static let fullName = "csi.v1.ListSnapshotsResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__list_snapshots_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListSnapshotsResponse.self).pointee
        self.init()
        self.entries = WireReading.messages(raw.entries, raw.n_entries)
        self.nextToken = WireReading.string(raw.next_token)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListSnapshotsResponse.self)
        raw.pointee.n_entries = self.entries.count
        raw.pointee.entries = try arena.messages(self.entries, as: Csi__V1__ListSnapshotsResponse__Entry.self)
        raw.pointee.next_token = try arena.string(self.nextToken, "csi.v1.ListSnapshotsResponse.next_token")
    }
}

extension ListSnapshotsResponse.Entry: WireMessage {
    package static let fullName = "csi.v1.ListSnapshotsResponse.Entry"
    package static let wireDescriptor = WireDescriptor(csi__v1__list_snapshots_response__entry__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListSnapshotsResponse__Entry.self).pointee
        self.init()
        self.snapshot = raw.snapshot.map { Snapshot(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListSnapshotsResponse__Entry.self)
        if let value = self.snapshot {
            raw.pointee.snapshot = try arena.message(value, as: Csi__V1__Snapshot.self)
        }
    }
}
