// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The space of a pool in bytes as its clients see it: replicas not counted.
package struct PoolUsage: Sendable, Hashable {
    /// What its objects hold.
    package let stored: UInt64
    /// What could still be written before an OSD is full.
    package let available: UInt64
    /// How many objects it has.
    package let objects: UInt64
}
