// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The few threads that serve every ublk device of a process, and the requests they share.
///
/// A device belongs to one of them; an idle one costs this process a page that the kernel shares with it.
package final class UblkReactor: Sendable {
    private let threads: ServingThreads<UblkLoop>

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - threads: how many; two let one go on while the other copies.
    ///   - report: told if one of them cannot go on; called on that thread, must not block.
    /// - Throws: ``HostError``.
    package init(threads: Int = 2, report: @escaping @Sendable (HostError) -> Void) throws(HostError) {
        precondition(threads > 0, "somebody has to fetch")
        let pool = RequestPool<UblkRequest>()
        var loops: [UblkLoop] = []
        while loops.count < threads { loops.append(try UblkLoop(pool: pool, report: report)) }
        self.threads = try ServingThreads(loops, name: "a ublk thread")
    }

    /// Ends the threads; blocks until they have. Devices that are left wait for another server. Not on
    /// one of the threads.
    package func stop() {
        self.threads.stop()
    }

    /// The loop whose turn it is to take a device.
    func next() -> UblkLoop {
        self.threads.next()
    }
}
