// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux

/// The work of one thread: reads requests from a channel until the connection ends.
final class FUSEReader: Sendable {
    private let channel: FUSEChannel
    private let session: FUSESession

    init(channel: FUSEChannel, session: FUSESession) {
        self.channel = channel
        self.session = session
    }

    func run() {
        // Without the capability the thread may wait for writeback through itself when memory is all but gone; there is
        // nothing better to do than to serve on.
        _ = locker_fuse_thread("locker-fuse")
        while let (request, count) = self.channel.next() {
            self.session.handle(request, count: count)
        }
    }
}
