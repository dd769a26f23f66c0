// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The ways to make an image a block device.
package enum MapperName: String, Sendable, Hashable, CaseIterable, Codable {
    /// The kernel's rbd.
    case krbd
    /// librbd behind a network block device.
    case nbd
    /// librbd behind ublk.
    case ublk
    /// librbd behind FUSE and a loop device.
    case fuse
}
