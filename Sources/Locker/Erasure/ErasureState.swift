// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// How far an erasure is that is not done.
package enum ErasureState: String, Sendable, Hashable, CaseIterable {
    /// Nobody has begun.
    case queued
    /// Somebody is at it.
    case removing
    /// The image is removed; what is left is looked for.
    case verifying
    /// The OSDs have still to trim clones of its objects.
    case trimming
    /// It waits for something, and nothing is wrong.
    case waiting
    /// It failed last, and is tried again.
    case failed

    /// The state of a record under `e/`.
    package init(_ record: VolumeRecord) {
        let progress = record.erasure ?? ErasureProgress()
        if record.step != nil {
            self = .removing
        } else if progress.waitingFor.hasPrefix("trimming") {
            self = .trimming
        } else if !progress.waitingFor.isEmpty {
            self = .waiting
        } else if !progress.failure.isEmpty {
            self = .failed
        } else {
            self = progress.removedAt > 0 ? .verifying : .queued
        }
    }
}
