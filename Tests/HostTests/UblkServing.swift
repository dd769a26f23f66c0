// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Threads that serve ublk devices, and the devices that a test makes on them.
final class UblkServing: Sendable {
    private let reactors: Mutex<[UblkReactor]>
    private let servers = Mutex<[UblkServer]>([])
    private let list = Mutex<[HostError]>([])

    private init() throws {
        self.reactors = Mutex([try UblkReactor { _ in }])
    }

    /// Lends one; afterwards none of its devices is left, and none of its threads.
    static func with(_ body: (UblkServing) async throws -> Void) async throws {
        let serving = try UblkServing()
        do {
            try await body(serving)
        } catch {
            serving.abandon()
            serving.stop()
            throw error
        }
        serving.abandon()
        serving.stop()
    }

    /// Makes a device.
    func start(_ backend: MemoryBackend, identity: UInt64 = .random(in: 1 ... .max)) throws -> UblkServer {
        let server = try UblkServer.start(backend, on: self.reactor, identity: identity) { error in
            self.list.withLock { $0.append(error) }
        }
        self.servers.withLock { $0.append(server) }
        return server
    }

    /// Takes a device over on threads of its own.
    func resume(_ device: UblkDevice, _ backend: MemoryBackend, identity: UInt64) throws -> UblkServer {
        let server = try UblkServer.resume(device, backend, on: self.reactor, identity: identity) { error in
            self.list.withLock { $0.append(error) }
        }
        self.servers.withLock { $0.append(server) }
        return server
    }

    /// What the servers reported.
    var reports: [HostError] { self.list.withLock { $0 } }

    /// Ends the threads as the end of their process would, and starts others for servers that come.
    func die() throws {
        self.stop()
        let reactor = try UblkReactor { _ in }
        self.reactors.withLock { $0 = [reactor] }
    }

    /// The same while every request that is on its way is held, which is then answered to nobody.
    ///
    /// Linux before 6.15 loses a request, and with it the device, that it hands to the threads in the moment in which they
    /// let go of the device (docs/design.md, limits): here that moment is longer than at a process' end.
    func die(holding backend: MemoryBackend) async throws {
        backend.hold()
        var (before, count) = (-1, backend.count)
        while backend.inFlight == 0 || before != count {
            try await Task.sleep(for: .milliseconds(100))
            (before, count) = (count, backend.count)
        }
        try self.die()
        backend.release()
        // What a dead process' client still had under way is fenced before its successor takes over.
        try await eventually("nothing is under way") { backend.inFlight == 0 }
    }

    private var reactor: UblkReactor { self.reactors.withLock { $0[0] } }

    private func stop() {
        for reactor in self.reactors.withLock({ $0 }) { reactor.stop() }
    }

    /// Takes away what a test that failed has left.
    private func abandon() {
        let servers = self.servers.withLock { $0 }
        for device in Set(servers.map(\.device)) {
            try? device.remove(isServed: servers.contains { $0.device == device && $0.isServing })
        }
    }
}

/// The threads of this process, but for those that the kernel keeps for io_uring's commands a few seconds longer.
func namedThreads(_ prefix: String) -> [String] {
    HostFile.names(in: "/proc/self/task")
        .filter { HostFile.line(FilePath("/proc/self/task/\($0)/comm"))?.hasPrefix(prefix) ?? false }
}

/// How many files this process has open.
func openFiles(_ word: String) -> Int {
    HostFile.names(in: "/proc/self/fd").count { name in
        var buffer = [CChar](repeating: 0, count: 256)
        let count = max(0, readlink("/proc/self/fd/\(name)", &buffer, buffer.count))
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self).contains(word)
    }
}
