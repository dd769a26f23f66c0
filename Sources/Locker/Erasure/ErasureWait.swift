// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What an erasure waits for although nothing is wrong.
enum ErasureWait: Error, Sendable, Hashable, CustomStringConvertible {
    /// OSDs that have still to trim so many objects for removed snapshots.
    case trimming(Int)

    var description: String {
        switch self {
        case .trimming(let count):
            "trimming: OSDs have still to trim clones of \(count) objects, for snapshots that are gone"
        }
    }
}
