// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Host
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A process that serves is killed, and the next one goes on with its sockets and its journal.
@Suite(.timeLimit(.minutes(5)))
struct NBDKillTests {
    @Test("Killed at any moment, again and again: each request is answered once, and each write is there")
    func killed() async throws {
        let rounds = ProcessInfo.processInfo.environment["LOCKER_KILLS"].flatMap(Int.init) ?? 60
        let (requests, unknown) = try await Self.replace(rounds) { await $0.kill() }
        print("nbd: \(rounds) kills, \(requests) requests gone on with, \(unknown) times all were sent again")
        #expect(requests > rounds)
        #expect(unknown * 4 < rounds, "what was under way is known but for moments")
    }

    @Test("Ended in order, again and again: what was under way is always known")
    func terminated() async throws {
        let (requests, unknown) = try await Self.replace(60) { await $0.terminate() }
        #expect(requests > 60 && unknown == 0)
    }

    /// Replaces the process that serves under a load, and looks that nobody notices.
    ///
    /// - Returns: how many requests were gone on with, and how often it was not known what was under way.
    private static func replace(
        _ rounds: Int,
        _ end: (VictimProcess) async -> Void
    ) async throws -> (requests: Int, unknown: Int) {
        var (requests, unknown) = (0, 0)
        try await Scratch.with { scratch in
            let path = scratch.path("content")
            try HostFile.replace(path, with: [UInt8](repeating: 0, count: KernelStandIn.size))
            let storePath = scratch.path("store")
            let store = try DescriptorStoreServer(at: storePath)
            defer { store.stop() }
            let kernel = KernelStandIn()
            var victim = try VictimProcess(storePath, path, on: try kernel.connect())
            for _ in 0..<rounds {
                try await kernel.work(for: .microseconds(.random(in: 100...30_000)))
                await end(victim)
                victim = try VictimProcess(storePath, path)
                if let count = try victim.continued {
                    requests += count
                } else {
                    // The kernel sends all again on another socket.
                    unknown += 1
                    await victim.kill()
                    victim = try VictimProcess(storePath, path, on: try kernel.connect())
                    #expect(try victim.continued == nil)
                }
            }
            try await kernel.finish()
            await victim.kill()
            #expect(kernel.faults.isEmpty)
            let content = try HostFile.read(path)
            #expect(kernel.expects(content))
        }
        return (requests, unknown)
    }
}
