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
        try await Scratch.with { scratch in
            let path = scratch.path("content")
            try HostFile.replace(path, with: [UInt8](repeating: 0, count: KernelStandIn.size))
            let storePath = scratch.path("store")
            let store = try DescriptorStoreServer(at: storePath)
            defer { store.stop() }
            let kernel = KernelStandIn()
            var victim = try VictimProcess(storePath, path, on: try kernel.connect())
            var (continued, unknown, requests) = (0, 0, 0)
            for _ in 0..<rounds {
                try await kernel.work(for: .microseconds(.random(in: 100...30_000)))
                await victim.kill()
                victim = try VictimProcess(storePath, path)
                if let count = try victim.continued {
                    continued += 1
                    requests += count
                } else {
                    // Now and then it is not known what was sent: the kernel sends all again on another socket.
                    unknown += 1
                    await victim.kill()
                    victim = try VictimProcess(storePath, path, on: try kernel.connect())
                    #expect(try victim.continued == nil)
                }
            }
            try await kernel.finish()
            await victim.kill()
            print("nbd: \(continued) times \(requests) requests were gone on with, \(unknown) times they were sent again")
            #expect(kernel.faults.isEmpty)
            #expect(requests > rounds)
            #expect(unknown * 4 < rounds, "what was under way is known but for moments")
            let content = try HostFile.read(path)
            #expect(kernel.expects(content))
        }
    }
}
