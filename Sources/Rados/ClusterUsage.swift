// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The space of a cluster in bytes, replicas counted.
package struct ClusterUsage: Sendable, Hashable {
    /// All there is.
    package let total: UInt64
    /// What is taken.
    package let used: UInt64
    /// What is left.
    package let available: UInt64
}
