// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc

/// How `lockerctl erasure` ends; docs/erasure.md has the same list.
enum ErasureExit {
    /// A receipt is refused.
    static let refused = ExitCode(1)
    /// Nothing speaks against a receipt, but nobody who is trusted has signed it.
    static let unproven = ExitCode(2)
    /// There is no such erasure.
    static let missing = ExitCode(3)
    /// The cluster cannot be asked.
    static let unavailable = ExitCode(EX_UNAVAILABLE)
}
