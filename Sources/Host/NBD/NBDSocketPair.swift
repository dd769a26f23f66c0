// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc

/// Two connected sockets, of which the kernel takes one and a server the other; closed when they are let go, unless the
/// server has its own.
final class NBDSocketPair {
    // What each end holds that the other has not read: a large request and its overhead (a buffer of the kernel's for each
    // page) do not make the sender wait.
    private static let buffer: CInt = 2 << 20

    /// The end to be named to the kernel, which holds a reference of its own from then on.
    private(set) var kernelEnd: CInt = -1
    private var serverEnd: CInt = -1

    init() throws(HostError) {
        var pair: [CInt] = [-1, -1]
        try systemCall("socketpair", "an nbd connection") { locker_stream_pair(&pair) }
        for end in pair { locker_send_buffer(end, Self.buffer) }
        self.kernelEnd = pair[0]
        self.serverEnd = pair[1]
    }

    deinit {
        self.closeKernelEnd()
        if self.serverEnd >= 0 { _ = Glibc.close(self.serverEnd) }
    }

    /// Closes this process' hold on the kernel's end.
    ///
    /// - Returns: whether the kernel has taken it: it does not say so when it has no need of one.
    @discardableResult
    func closeKernelEnd() -> Bool {
        guard self.kernelEnd >= 0 else { return false }
        _ = Glibc.close(self.kernelEnd)
        self.kernelEnd = -1
        return locker_peer_is_gone(self.serverEnd) == 0
    }

    /// Gives the server's end away.
    func takeServerEnd() -> CInt {
        defer { self.serverEnd = -1 }
        return self.serverEnd
    }
}
