// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Who has an image open, who holds its lock, and taking it from a dead client.
@Suite(.timeLimit(.minutes(2)))
struct LockTests {
    @Test("Looking at an image leaves no watch and takes no lock; opening it to write leaves its own watch")
    func watchers() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let looking = try await context.withImage(.name("one"), readOnly: true) { image in
                _ = try image.read(offset: 0, count: 4096)
                return (try image.watchers(), try image.lockOwner())
            }
            #expect(looking.0.isEmpty && looking.1 == nil)
            let address = context.cluster.instanceAddress
            let writing = try await context.withImage(.name("one"), readOnly: false) { image in
                let before = try image.lockOwner()
                try image.write(offset: 0, [1])
                return (try image.watchers(), before, try image.lockOwner())
            }
            #expect(writing.0.map(\.address) == [address])
            #expect(writing.1 == nil && writing.2 == address)
            let after = try await context.withImage(.name("one"), readOnly: true) { image in
                (try image.watchers(), try image.lockOwner())
            }
            #expect(after.0.isEmpty && after.1 == nil)
        }
    }

    @Test("A lock that is kept is not given to another client, and is free when its owner lets it go")
    func exclusive() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let connection = try await cluster.connect()
            let other = try await connection.ioContext(pool: context.poolName, namespace: context.namespace)
            let live = try await LiveImage.open(.name("one"), in: other, readOnly: false)
            try await live.acquireLock()
            #expect(try await live.ownsLock())
            let owner = try await context.withImage(.name("one"), readOnly: true) { try $0.lockOwner() }
            #expect(owner == connection.instanceAddress)
            let refused = try await errno {
                try await context.withImage(.name("one"), readOnly: false) { try $0.acquireLock() }
            }
            #expect(refused == .readOnlyFileSystem || refused == .resourceBusy)
            // Maintenance is sent to the owner and done by it.
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.createSnapshot("s")
                try image.resize(to: 16 << 20)
            }
            #expect(try await live.size() == 16 << 20)
            try await live.close()
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.acquireLock()
                try image.releaseLock()
                #expect(try image.lockOwner() == nil)
            }
            await connection.close()
        }
    }

    @Test("A fenced client loses its lock, its writes end with ESHUTDOWN, and the next one writes")
    func breakLock() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let victim = try await cluster.connect(options: ["rbd_cache": "false"])
            let theirs = try await victim.ioContext(pool: context.poolName, namespace: context.namespace)
            let live = try await LiveImage.open(.name("one"), in: theirs, readOnly: false)
            try await live.acquireLock()
            try await live.write(offset: 0, [1])

            try await context.cluster.blocklist(victim.instanceAddress, for: .seconds(3600))
            try await context.cluster.waitForLatestMap()
            let owner = try await context.withImage(.name("one"), readOnly: true) { try $0.lockOwner() }
            #expect(owner == victim.instanceAddress)
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.breakLock(of: victim.instanceAddress)
                #expect(try image.lockOwner() == nil)
                try image.acquireLock()
                try image.write(offset: 0, [2])
            }
            try await expectErrno(.socketShutdown) { try await live.write(offset: 0, [3]) }
            let byte = try await context.withImage(.name("one"), readOnly: true) { try $0.read(offset: 0, count: 1) }
            #expect(byte == [2])
            _ = try await errno { try await live.close() }  // what librbd says of closing a fenced image is its own
            await victim.close()
        }
    }

    @Test("The lock of somebody who does not hold it cannot be broken")
    func breakNobodys() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let code = try await errno {
                try await context.withImage(.name("one"), readOnly: false) { try $0.breakLock(of: "127.0.0.1:0/1") }
            }
            #expect(code == .noSuchFileOrDirectory || code == .resourceBusy)
        }
    }

    @Test("An image without the feature has no lock to take")
    func noFeature() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20, options: ImageOptions(features: [.layering]))
            try await expectErrno(.invalidArgument) {
                try await context.withImage(.name("one"), readOnly: false) { try $0.acquireLock() }
            }
        }
    }
}
