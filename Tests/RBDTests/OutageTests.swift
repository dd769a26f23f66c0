// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Images while the OSD is gone: management comes back with an error, a student's I/O waits and loses nothing.
@Suite(.timeLimit(.minutes(2)))
struct OutageTests {
    @Test("Every kind of management call ends by itself, and a retry after the outage finds a sound image")
    func management() async throws {
        let cluster = try await TestCluster.start(manager: .no)
        let timeouts = CephTimeouts(connect: .seconds(5), monitor: .seconds(5), osd: .seconds(1))
        let connection = try await cluster.connect(timeouts: timeouts)
        let context = try await connection.ioContext(pool: "students")
        try await context.createImage("one", size: 8 << 20)
        let id = try await context.imageID(named: "one")
        try await cluster.stopOSD()
        for call: () async throws -> Void in [
            { try await context.createImage("two", size: 8 << 20) },
            { _ = try await context.images() },
            { _ = try await context.imageID(named: "one") },
            { try await context.withImage(.name("one"), readOnly: true) { _ in } },
            { try await context.withImage(.id(id), readOnly: false) { try $0.resize(to: 16 << 20) } },
            { try await context.moveImageToTrash("one") },
            { _ = try await context.trash() },
        ] {
            try await expectErrno(.timedOut, call)
        }
        try await cluster.startOSD()
        // A step that timed out may have happened, now or earlier: the retry looks.
        let names = Set(try await context.images().map(\.name))
        #expect(names.contains("one") && names.isSubset(of: ["one", "two"]))
        try await context.withImage(.id(id), readOnly: false) { image in
            try image.resize(to: 24 << 20)
            try image.write(offset: 20 << 20, [1])
        }
        try await context.moveImageToTrash("one")
        try await context.removeFromTrash(id: id, force: false)
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("Writes and reads of a served image wait for the OSD, and are done when it is back")
    func data() async throws {
        let cluster = try await TestCluster.start(manager: .no)
        let connection = try await cluster.connect(timeouts: .io(nil), options: ["rbd_cache": "false"])
        let context = try await connection.ioContext(pool: "students")
        try await context.createImage("live", size: 8 << 20)
        let live = try await LiveImage.open(.name("live"), in: context, readOnly: false)
        try await live.write(offset: 0, [1])
        try await cluster.stopOSD()
        let bytes = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for index in 0..<20 {
                group.addTask {
                    try await live.write(offset: 4096 * UInt64(index + 1), [UInt8(index)])
                    return try await live.read(offset: 0, count: 1)
                }
            }
            try await cluster.startOSD()
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(bytes == [UInt8](repeating: 1, count: 20))
        for index in 0..<20 {
            #expect(try await live.read(offset: 4096 * UInt64(index + 1), count: 1) == [UInt8(index)])
        }
        try await live.close()
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("With a limit, data that waits too long is ETIMEDOUT")
    func limit() async throws {
        let cluster = try await TestCluster.start(manager: .no)
        let connection = try await cluster.connect(timeouts: .io(.seconds(1)), options: ["rbd_cache": "false"])
        let context = try await connection.ioContext(pool: "students")
        try await context.createImage("live", size: 8 << 20)
        let live = try await LiveImage.open(.name("live"), in: context, readOnly: false)
        try await live.write(offset: 0, [1])
        try await cluster.stopOSD()
        try await expectErrno(.timedOut) { try await live.write(offset: 0, [2]) }
        try await expectErrno(.timedOut) { try await live.read(offset: 0, count: 1) }
        try await cluster.startOSD()
        #expect(try await [[1], [2]].contains(live.read(offset: 0, count: 1)))
        try await live.close()
        await connection.close()
        try await cluster.tearDown()
    }
}
