// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The end of a served image: closed, closed under requests, or forgotten.
@Suite(.timeLimit(.minutes(2)))
struct LiveImageCloseTests {
    @Test("After close every request is EBADF, and closing twice is harmless")
    func closed() async throws {
        try await LiveImageFixture.withLive { live, _ in
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
            try await LiveImageFixture.withLive { live, context in
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
}
