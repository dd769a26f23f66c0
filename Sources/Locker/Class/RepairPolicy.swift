// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a node does with a filesystem that is damaged: the StorageClass parameter `fsckPolicy`.
package enum RepairPolicy: String, Sendable, Hashable, CaseIterable {
    /// Only what fsck may do without asking; the rest is a person's to decide.
    case preen
    /// Whatever the tool takes to be right, once a snapshot has kept what was there.
    case repair
}
