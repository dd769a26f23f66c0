// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A run of a volume's bytes that a snapshot has, or that differ between two.
package struct BlockRun: Sendable, Hashable {
    /// Where it begins, in bytes of the volume.
    package let offset: Int64

    /// How long it is, in bytes; never 0.
    package let length: Int64

    /// A run.
    package init(offset: Int64, length: Int64) {
        self.offset = offset
        self.length = length
    }
}
