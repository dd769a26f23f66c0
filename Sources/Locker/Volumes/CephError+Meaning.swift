// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage

extension CephError {
    /// Whether the change may have happened all the same, or may still: the next attempt has to look.
    var isAmbiguous: Bool {
        let open: [Errno] = [
            .timedOut, .socketShutdown, .canceled, .socketNotConnected, .connectionRefused, .connectionReset,
            .resourceTemporarilyUnavailable, .interrupted, .ioError,
        ]
        return open.contains(self.code)
    }
}
