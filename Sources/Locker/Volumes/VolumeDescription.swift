// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// A volume as its record describes it, with the handle that names it.
package struct VolumeDescription: Sendable, Hashable {
    package let handle: VolumeHandle
    package let record: VolumeRecord
    package let clusterID: String
    package let pool: String
    package let namespace: String

    /// Bytes that the volume holds for its user.
    package var capacityBytes: Int64 { self.record.payloadBytes }
}
