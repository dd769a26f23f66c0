// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The few threads that serve every nbd device of a process, and the requests they share.
///
/// A connection belongs to one of them; an idle one costs nothing but its socket.
package final class NBDReactor: Sendable {
    private let threads: ServingThreads<NBDLoop>
    /// Where what is under way is noted.
    package let journal: NBDJournal

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - threads: how many; two let one go on while the kernel copies for the other.
    ///   - journal: a dead process' one, to go on with its connections.
    /// - Throws: ``HostError``.
    package init(threads: Int = 2, journal: NBDJournal? = nil) throws(HostError) {
        precondition(threads > 0, "somebody has to read")
        let pool = RequestPool<NBDRequest>()
        let kept: NBDJournal
        if let journal { kept = journal } else { kept = try NBDJournal() }
        var loops: [NBDLoop] = []
        while loops.count < threads { loops.append(try NBDLoop(pool: pool, journal: kept)) }
        self.journal = kept
        self.threads = try ServingThreads(loops, name: "an nbd thread")
    }

    /// Ends the threads, and with them the connections that are left; blocks until they have. Not on one of the threads.
    package func stop() {
        self.threads.stop()
    }

    /// Ends the threads and leaves the connections to a successor, with everything that is not answered; blocks until it knows
    /// all of that. Not on one of the threads.
    ///
    /// Nothing is answered from then on, and the sockets stay open: for a process that is about to end.
    package func leave() {
        for loop in self.threads.loops { loop.leave() }
        self.threads.stop()
    }

    /// The loop whose turn it is to take a connection.
    func next() -> NBDLoop {
        self.threads.next()
    }
}
