// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Fencing: a client instance that is blocklisted can change nothing any more, and no other client is touched.
@Suite(.timeLimit(.minutes(2)))
struct FencingTests {
    @Test("A fenced connection's writes are refused for good, and everybody can see that it is fenced")
    func fenced() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { shared in
            let victim = try await cluster.connect()
            let context = try await victim.ioContext(pool: shared.poolName, namespace: shared.namespace)
            try await context.write("o") { $0.writeFull([1]) }
            #expect(try await !shared.cluster.isBlocklisted(victim.instanceAddress))

            try await shared.cluster.blocklist(victim.instanceAddress, for: .seconds(3600))
            try await shared.cluster.waitForLatestMap()
            #expect(try await shared.cluster.isBlocklisted(victim.instanceAddress))
            #expect(try await !shared.cluster.isBlocklisted(shared.cluster.instanceAddress))

            // The monitors know; an OSD that they have not told yet learns it from whoever knows and asks it for an object of
            // that placement group, as the next user of a volume does. Only from then on it refuses.
            #expect(try await shared.read("o", length: 10) == [1])
            for _ in 0..<3 {
                try await expectErrno(.socketShutdown) { try await context.write("o") { $0.writeFull([2]) } }
            }
            #expect(try await shared.read("o", length: 10) == [1])
            try await shared.write("o") { $0.writeFull([3]) }

            // The host is not fenced, only that instance: a new connection works.
            let again = try await cluster.connect()
            let fresh = try await again.ioContext(pool: shared.poolName, namespace: shared.namespace)
            #expect(try await fresh.read("o", length: 10) == [3])
            await again.close()
            await victim.close()
        }
    }

    @Test("An entry is there as long as it was asked to be, five years here")
    func duration() async throws {
        let cluster = try await TestCluster.shared()
        let victim = try await cluster.connect()
        let other = try await cluster.commonConnection()
        try await other.blocklist(victim.instanceAddress, for: .seconds(5 * 365 * 86_400))
        let answer = try await other.monitorCommand(["prefix": "osd blocklist ls"])
        let line = String(decoding: answer, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix(victim.instanceAddress + " ") }
        // "127.0.0.1:0/123 2031-11-22T17:10:00.000000+0000"
        let year = try #require(line?.split(separator: " ").last?.prefix(4)).description
        let thisYear = Calendar(identifier: .gregorian).component(.year, from: Date())
        #expect(Int(year).map { $0 >= thisYear + 4 } == true, "\(year)")
        await victim.close()
    }

    @Test("What is no address is refused")
    func invalid() async throws {
        let connection = try await TestCluster.shared().commonConnection()
        try await expectErrno(.invalidArgument) { try await connection.blocklist("nobody", for: .seconds(60)) }
        #expect(try await !connection.isBlocklisted("nobody"))
    }
}
