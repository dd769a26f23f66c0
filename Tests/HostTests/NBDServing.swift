// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A backend and a server of it, with threads of their own.
final class NBDServing: Sendable {
    let reactor: NBDReactor
    let backend: MemoryBackend
    private let list = Mutex<[HostError]>([])
    private let servers = Mutex<[NBDServer]>([])

    private init(_ backend: MemoryBackend, threads: Int) throws {
        self.reactor = try NBDReactor(threads: threads)
        self.backend = backend
    }

    /// Lends one; afterwards no thread of it is left.
    static func with(
        _ backend: MemoryBackend,
        threads: Int = 2,
        _ body: (NBDServing) async throws -> Void
    ) async throws {
        let serving = try NBDServing(backend, threads: threads)
        do {
            try await body(serving)
        } catch {
            await serving.end()
            throw error
        }
        await serving.end()
    }

    /// A server of the backend, or of another one.
    func server(of other: MemoryBackend? = nil) -> NBDServer {
        let server = NBDServer(other ?? self.backend, on: self.reactor, name: "a test") { error in
            self.list.withLock { $0.append(error) }
        }
        self.servers.withLock { $0.append(server) }
        return server
    }

    /// What the servers reported.
    var reports: [HostError] { self.list.withLock { $0 } }

    private func end() async {
        for server in self.servers.withLock({ $0 }) { await server.stop() }
        self.reactor.stop()
        self.backend.release()
    }
}

/// Waits until something is so, ten seconds at most.
func eventually(
    _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(10)
    while try !condition() {
        guard clock.now < deadline else {
            Issue.record("in vain: \(what)", sourceLocation: sourceLocation)
            throw SetUpError(what)
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
