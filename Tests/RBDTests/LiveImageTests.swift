// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A served image: requests in parallel, at the edges, and after the end.
@Suite(.timeLimit(.minutes(2)))
struct LiveImageTests {
    /// Lends an image of `size` bytes that is open for serving, on a connection of its own.
    private static func withLive(
        size: UInt64 = 32 << 20,
        readOnly: Bool = false,
        options: ImageOptions = ImageOptions(),
        _ body: (LiveImage, IOContext) async throws -> Void
    ) async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("live", size: size, options: options)
            let connection = try await cluster.connect(timeouts: .io(nil))
            let own = try await connection.ioContext(pool: context.poolName, namespace: context.namespace)
            let live = try await LiveImage.open(.name("live"), in: own, readOnly: readOnly)
            try await body(live, context)
            try await live.close()
            await connection.close()
        }
    }

    /// `count` bytes that depend on where they are and on `seed`.
    private static func pattern(_ count: Int, seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 2_654_435_761 >> 11) }
    }

    @Test(
        "What is written is read, at any offset and length, over objects' borders",
        arguments: [(0, 512), (1, 1), (4_194_303, 2), (4_194_304 - 700, 5_000_000), (33_554_432 - 4096, 4096)]
    )
    func roundTrip(offset: Int, count: Int) async throws {
        try await Self.withLive { live, context in
            let bytes = Self.pattern(count, seed: offset)
            try await live.write(offset: UInt64(offset), bytes)
            #expect(try await live.read(offset: UInt64(offset), count: count) == bytes)
            try await live.flush()
            // On the OSDs, not in this client's cache only; and nothing beside it.
            let from = UInt64(max(offset - 512, 0))
            let before = try await context.withImage(.name("live"), readOnly: true) {
                (
                    try $0.read(offset: UInt64(offset), count: count),
                    try $0.read(offset: from, count: offset - Int(from))
                )
            }
            #expect(before.0 == bytes)
            #expect(before.1.allSatisfy { $0 == 0 })
        }
    }

    @Test("Bytes never written, discarded or zeroed are zeroes, and their neighbours stay")
    func zeroes() async throws {
        try await Self.withLive { live, context in
            #expect(try await live.read(offset: 0, count: 4096) == [UInt8](repeating: 0, count: 4096))
            try await live.write(offset: 0, [UInt8](repeating: 1, count: 12 << 20))
            try await live.discard(offset: 4 << 20, count: 4 << 20)
            try await live.writeZeroes(offset: 1000, count: 3000)
            try await live.flush()
            #expect(try await live.read(offset: 4 << 20, count: 4 << 20) == [UInt8](repeating: 0, count: 4 << 20))
            #expect(try await live.read(offset: (4 << 20) - 1, count: 1) == [1])
            #expect(try await live.read(offset: 8 << 20, count: 1) == [1])
            #expect(try await live.read(offset: 999, count: 1) == [1])
            #expect(try await live.read(offset: 1000, count: 3000) == [UInt8](repeating: 0, count: 3000))
            #expect(try await live.read(offset: 4000, count: 1) == [1])
            // The discarded object is given back.
            let used = try await context.withImage(.name("live"), readOnly: true) { try $0.usedBytes() }
            #expect(used == 8 << 20)
        }
    }

    @Test("500 requests at once each get their own answer")
    func parallel() async throws {
        try await Self.withLive { live, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        try await live.write(offset: UInt64(index) << 16, Self.pattern(8192, seed: index))
                    }
                }
                try await group.waitForAll()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        let bytes = try await live.read(offset: UInt64(index) << 16, count: 8192)
                        #expect(bytes == Self.pattern(8192, seed: index))
                    }
                }
                try await group.waitForAll()
            }
            try await live.flush()
        }
    }

    @Test("A request past the end is refused or cut, and changes nothing")
    func pastTheEnd() async throws {
        try await Self.withLive(size: 8 << 20) { live, _ in
            let end: UInt64 = 8 << 20
            try await expectErrno(.invalidArgument) { try await live.write(offset: end, [1]) }
            try await expectErrno(.invalidArgument) { try await live.read(offset: end + 4096, count: 512) }
            try await expectErrno(.invalidArgument) { try await live.discard(offset: end + 4096, count: 4096) }
            try await expectErrno(.invalidArgument) { try await live.writeZeroes(offset: end + 4096, count: 4096) }
            // Over the end: librbd cuts to what there is.
            try await live.write(offset: end - 1, [7, 8, 9])
            #expect(try await live.read(offset: end - 1, count: 3) == [7])
            #expect(try await live.size() == end)
        }
    }

    @Test("A read-only image is read, and refuses every change with EROFS; it takes neither watch nor lock")
    func readOnly() async throws {
        try await Self.withLive(readOnly: true) { live, context in
            #expect(live.isReadOnly)
            #expect(try await live.read(offset: 0, count: 10) == [UInt8](repeating: 0, count: 10))
            try await expectErrno(.readOnlyFileSystem) { try await live.write(offset: 0, [1]) }
            try await expectErrno(.readOnlyFileSystem) { try await live.discard(offset: 0, count: 4 << 20) }
            try await expectErrno(.readOnlyFileSystem) { try await live.writeZeroes(offset: 0, count: 512) }
            let others = try await context.withImage(.name("live"), readOnly: true) {
                (try $0.watchers(), try $0.lockOwner())
            }
            #expect(others.0.isEmpty && others.1 == nil)
        }
    }

    @Test("A snapshot is served as it was, and read-only although it was not asked for so")
    func snapshot() async throws {
        try await Self.withLive { live, context in
            try await live.write(offset: 0, [1])
            try await live.flush()
            try await context.withImage(.name("live"), readOnly: false) { try $0.createSnapshot("s") }
            try await live.write(offset: 0, [2])
            let old = try await LiveImage.open(.name("live"), in: live.context, readOnly: false, snapshot: "s")
            #expect(old.isReadOnly)
            #expect(try await old.read(offset: 0, count: 1) == [1])
            try await expectErrno(.readOnlyFileSystem) { try await old.write(offset: 0, [3]) }
            try await old.close()
            #expect(try await live.read(offset: 0, count: 1) == [2])
        }
    }

    @Test("After close every request is EBADF, and closing twice is harmless")
    func closed() async throws {
        try await Self.withLive { live, _ in
            try await live.write(offset: 0, [1])
            try await live.close()
            try await live.close()
            try await expectErrno(.badFileDescriptor) { try await live.read(offset: 0, count: 1) }
            try await expectErrno(.badFileDescriptor) { try await live.write(offset: 0, [1]) }
            try await expectErrno(.badFileDescriptor) { try await live.discard(offset: 0, count: 512) }
            try await expectErrno(.badFileDescriptor) { try await live.writeZeroes(offset: 0, count: 512) }
            try await expectErrno(.badFileDescriptor) { try await live.flush() }
            try await expectErrno(.badFileDescriptor) { try await live.size() }
            try await expectErrno(.badFileDescriptor) { try await live.acquireLock() }
            try await expectErrno(.badFileDescriptor) { try await live.ownsLock() }
            try await expectErrno(.badFileDescriptor) { try await live.invalidateCache() }
            try await expectErrno(.badFileDescriptor) { try await live.onUpdate {} }
        }
    }

    @Test("Requests that meet a close end one way or the other: done, or EBADF")
    func racingClose() async throws {
        for round in 0..<5 {
            try await Self.withLive { live, context in
                let written = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for index in 0..<200 {
                        group.addTask {
                            do {
                                try await live.write(offset: UInt64(index) << 12, [UInt8(round + 1)])
                                return true
                            } catch let error as CephError where error.code == .badFileDescriptor {
                                return false
                            }
                        }
                    }
                    group.addTask {
                        try await live.close()
                        return false
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                // Whatever was answered as written is there.
                let found = try await context.withImage(.name("live"), readOnly: true) { image in
                    try (0..<200).count { try image.read(offset: UInt64($0) << 12, count: 1) == [UInt8(round + 1)] }
                }
                #expect(found == written)
            }
        }
    }

    @Test("One that is never closed closes itself, so that its lock and watch are gone")
    func forgotten() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await context.createImage("live", size: 8 << 20)
            var live: LiveImage? = try await LiveImage.open(.name("live"), in: context, readOnly: false)
            try await live?.write(offset: 0, [5])
            #expect(try await context.withImage(.name("live"), readOnly: true) { try $0.watchers().count } == 1)
            live = nil
            while try await !context.withImage(.name("live"), readOnly: true, { try $0.watchers().isEmpty }) {}
            #expect(
                try await context.withImage(.name("live"), readOnly: true) { try $0.read(offset: 0, count: 1) } == [5]
            )
        }
    }

    @Test("An image that does not exist is ENOENT")
    func missing() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await expectErrno(.noSuchFileOrDirectory) {
                try await LiveImage.open(.name("none"), in: context, readOnly: false)
            }
        }
    }
}
