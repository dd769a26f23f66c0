// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The work of one thread that serves devices.
protocol ServingLoop: AnyObject, Sendable {
    /// Works until ``stop()``.
    func run()
    /// Lets ``run()`` return, also when it is not called yet; from any thread.
    func stop()
}

/// The few threads that serve every device of one kind, each with its loop.
final class ServingThreads<Loop: ServingLoop>: Sendable {
    /// What the threads do.
    let loops: [Loop]
    private let threads: Mutex<[pthread_t]>
    private let turn = Atomic(0)

    /// Starts a thread for each loop.
    ///
    /// - Parameter name: what a failure calls such a thread.
    /// - Throws: ``HostError``; none runs then.
    init(_ loops: [Loop], name: String) throws(HostError) {
        precondition(!loops.isEmpty, "somebody has to serve")
        var started: [pthread_t] = []
        do throws(HostError) {
            for loop in loops { started.append(try Self.start(loop, name: name)) }
        } catch {
            for loop in loops.prefix(started.count) { loop.stop() }
            for thread in started { pthread_join(thread, nil) }
            throw error
        }
        self.loops = loops
        self.threads = Mutex(started)
    }

    /// Ends the threads; blocks until they have. Not on one of them.
    func stop() {
        let threads = self.threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for loop in self.loops { loop.stop() }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// The loop whose turn it is to take on something new.
    func next() -> Loop {
        self.loops[self.turn.add(1, ordering: .relaxed).oldValue % self.loops.count]
    }

    private static func start(_ loop: Loop, name: String) throws(HostError) -> pthread_t {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(ServingWork(loop))
        let failure = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ServingWork>.fromOpaque(context).takeRetainedValue().loop.run()
                return nil
            },
            work.toOpaque()
        )
        guard failure == 0 else {
            work.release()
            throw HostError(call: "pthread_create", code: Errno(rawValue: failure), object: name)
        }
        return thread
    }
}

/// What a C function can be given: a loop of any kind.
private final class ServingWork: Sendable {
    let loop: any ServingLoop

    init(_ loop: any ServingLoop) {
        self.loop = loop
    }
}
