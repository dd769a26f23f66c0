// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The few threads that serve every ublk device of a process, and the requests they share.
///
/// A device belongs to one of them; an idle one costs this process a page that the kernel shares with it.
package final class UblkReactor: Sendable {
    private let loops: [UblkLoop]
    private let threads: Mutex<[pthread_t]>
    private let turn = Atomic(0)

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - threads: how many; two let one go on while the other copies.
    ///   - report: told if one of them cannot go on; called on that thread, must not block.
    /// - Throws: ``HostError``.
    package init(threads: Int = 2, report: @escaping @Sendable (HostError) -> Void) throws(HostError) {
        precondition(threads > 0, "somebody has to fetch")
        let pool = UblkRequestPool()
        var loops: [UblkLoop] = []
        while loops.count < threads { loops.append(try UblkLoop(pool: pool, report: report)) }
        var started: [pthread_t] = []
        do throws(HostError) {
            for loop in loops { started.append(try Self.start(loop)) }
        } catch {
            for loop in loops.prefix(started.count) { loop.stop() }
            for thread in started { pthread_join(thread, nil) }
            throw error
        }
        self.loops = loops
        self.threads = Mutex(started)
    }

    /// Ends the threads; blocks until they have. Devices that are left wait for another server. Not on
    /// one of the threads.
    package func stop() {
        let threads = self.threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for loop in self.loops { loop.stop() }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// The loop whose turn it is to take a device.
    func next() -> UblkLoop {
        self.loops[self.turn.add(1, ordering: .relaxed).oldValue % self.loops.count]
    }

    private static func start(_ loop: UblkLoop) throws(HostError) -> pthread_t {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(loop)
        let failure = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<UblkLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            work.toOpaque()
        )
        guard failure == 0 else {
            work.release()
            throw HostError(call: "pthread_create", code: Errno(rawValue: failure), object: "a ublk thread")
        }
        return thread
    }
}
