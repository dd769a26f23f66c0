// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The few threads that serve every nbd device of a process, and the requests they share.
///
/// A connection belongs to one of them; an idle one costs nothing but its socket.
package final class NBDReactor: Sendable {
    private let loops: [NBDLoop]
    private let threads: Mutex<[pthread_t]>
    private let turn = Atomic(0)

    /// Starts the threads.
    ///
    /// - Parameter threads: how many; two let one go on while the kernel copies for the other.
    /// - Throws: ``HostError``.
    package init(threads: Int = 2) throws(HostError) {
        precondition(threads > 0, "somebody has to read")
        let pool = NBDRequestPool()
        var loops: [NBDLoop] = []
        while loops.count < threads { loops.append(try NBDLoop(pool: pool)) }
        var started: [pthread_t] = []
        do throws(HostError) {
            for loop in loops { started.append(try Self.start(loop)) }
        } catch {
            for loop in loops { loop.stop() }
            for thread in started { pthread_join(thread, nil) }
            throw error
        }
        self.loops = loops
        self.threads = Mutex(started)
    }

    /// Ends the threads, and with them the connections that are left; blocks until they have. Not on one of the threads.
    package func stop() {
        let threads = self.threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for loop in self.loops { loop.stop() }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// The loop whose turn it is to take a connection.
    func next() -> NBDLoop {
        self.loops[self.turn.add(1, ordering: .relaxed).oldValue % self.loops.count]
    }

    private static func start(_ loop: NBDLoop) throws(HostError) -> pthread_t {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(loop)
        let failure = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<NBDLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            work.toOpaque()
        )
        guard failure == 0 else {
            work.release()
            throw HostError(call: "pthread_create", code: Errno(rawValue: failure), object: "an nbd thread")
        }
        return thread
    }
}
