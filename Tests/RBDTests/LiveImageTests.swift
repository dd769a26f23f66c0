// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A served image: requests in parallel and at the edges.
@Suite(.timeLimit(.minutes(2)))
struct LiveImageTests {
    @Test(
        "What is written is read, at any offset and length, over objects' borders",
        arguments: [(0, 512), (1, 1), (4_194_303, 2), (4_194_304 - 700, 5_000_000), (33_554_432 - 4096, 4096)]
    )
    func roundTrip(offset: Int, count: Int) async throws {
        try await LiveImageFixture.withLive { live, context in
            let bytes = LiveImageFixture.pattern(count, seed: offset)
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
        try await LiveImageFixture.withLive { live, context in
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
        try await LiveImageFixture.withLive { live, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        try await live.write(offset: UInt64(index) << 16, LiveImageFixture.pattern(8192, seed: index))
                    }
                }
                try await group.waitForAll()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        let bytes = try await live.read(offset: UInt64(index) << 16, count: 8192)
                        #expect(bytes == LiveImageFixture.pattern(8192, seed: index))
                    }
                }
                try await group.waitForAll()
            }
            try await live.flush()
        }
    }

    @Test("A request past the end is refused or cut, and changes nothing")
    func pastTheEnd() async throws {
        try await LiveImageFixture.withLive(size: 8 << 20) { live, _ in
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
        try await LiveImageFixture.withLive(readOnly: true) { live, context in
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
        try await LiveImageFixture.withLive { live, context in
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

    @Test("An image that does not exist is ENOENT")
    func missing() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await expectErrno(.noSuchFileOrDirectory) {
                try await LiveImage.open(.name("none"), in: context, readOnly: false)
            }
        }
    }
}
