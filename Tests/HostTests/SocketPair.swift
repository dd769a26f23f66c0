// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import TestSupport

/// Two connected stream sockets.
///
/// - Returns: both, which are the caller's to close.
func socketPair() throws -> (CInt, CInt) {
    var pair: [CInt] = [-1, -1]
    guard locker_stream_pair(&pair) == 0 else { throw SetUpError("no sockets") }
    return (pair[0], pair[1])
}
