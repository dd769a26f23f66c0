// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// A snapshot as its record describes it, with the handle that names it.
package struct SnapshotDescription: Sendable, Hashable {
    package let handle: SnapshotHandle
    package let record: SnapshotRecord
    package let clusterID: String
    package let pool: String
    package let namespace: String

    /// Bytes that a volume made from it needs at least.
    package var sizeBytes: Int64 { self.record.payloadBytes }
}
