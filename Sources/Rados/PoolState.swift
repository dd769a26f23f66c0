// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What the monitors say of a pool besides its numbers.
package struct PoolState: Sendable, Hashable {
    /// The pool's name.
    package let name: String
    /// What it is used for: "rbd", "cephfs", …, as `ceph osd pool application enable` says.
    package let applications: Set<String>
    /// Whether its data are erasure coded: such a pool holds no images' headers.
    package let isErasureCoded: Bool
    /// Whether it, or an OSD under it, is nearly full or worse, or its quota is reached.
    package let isNearFull: Bool
    /// The most bytes that its objects may hold; 0 for no quota.
    package let quotaBytes: UInt64
    /// The most objects that it may have; 0 for no quota.
    package let quotaObjects: UInt64
}
