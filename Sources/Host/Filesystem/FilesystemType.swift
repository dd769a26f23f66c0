// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A filesystem Locker makes and grows.
package enum FilesystemType: String, Sendable, Hashable, CaseIterable {
    case ext4
    case xfs
}
