// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What a served image learns of another client's changes to it.
@Suite(.timeLimit(.minutes(2)))
struct LiveImageUpdateTests {
    @Test("A resize by another client is told, and the size is the new one: data fits behind the old end")
    func resize() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("live", size: 8 << 20)
            let connection = try await cluster.connect()
            let own = try await connection.ioContext(pool: context.poolName, namespace: context.namespace)
            let live = try await LiveImage.open(.name("live"), in: own, readOnly: false)
            let (updates, sender) = AsyncStream<Void>.makeStream()
            try await live.onUpdate { sender.yield() }
            try await live.acquireLock()
            try await context.withImage(.name("live"), readOnly: false) { try $0.resize(to: 16 << 20) }
            var size = try await live.size()
            var iterator = updates.makeAsyncIterator()
            repeat {
                await iterator.next()
                size = try await live.size()
            } while size != 16 << 20
            try await live.write(offset: 12 << 20, [1])
            #expect(try await live.read(offset: 12 << 20, count: 1) == [1])
            try await live.close()
            await connection.close()
        }
    }

    @Test("A second closure replaces the first")
    func replaced() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("live", size: 8 << 20)
            let live = try await LiveImage.open(.name("live"), in: context, readOnly: false)
            let (first, firstSender) = AsyncStream<Void>.makeStream()
            let (second, secondSender) = AsyncStream<Void>.makeStream()
            try await live.onUpdate { firstSender.yield() }
            try await live.onUpdate { secondSender.yield() }
            let other = try await cluster.connect()
            let theirs = try await other.ioContext(pool: context.poolName, namespace: context.namespace)
            try await theirs.withImage(.name("live"), readOnly: false) { try $0.createSnapshot("s") }
            var told = second.makeAsyncIterator()
            await told.next()
            firstSender.finish()
            #expect(await first.reduce(0) { count, _ in count + 1 } == 0)
            try await live.close()
            await other.close()
        }
    }

    @Test("Data changed behind its back is seen after the cache was dropped")
    func cache() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("live", size: 8 << 20, options: ImageOptions(features: [.layering]))
            let live = try await LiveImage.open(.name("live"), in: context, readOnly: false)
            _ = try await live.read(offset: 0, count: 4096)
            let other = try await cluster.connect()
            let theirs = try await other.ioContext(pool: context.poolName, namespace: context.namespace)
            try await theirs.withImage(.name("live"), readOnly: false) { image in
                try image.write(offset: 0, [9])
                try image.flush()
            }
            try await live.invalidateCache()
            #expect(try await live.read(offset: 0, count: 1) == [9])
            try await live.close()
            await other.close()
        }
    }
}
