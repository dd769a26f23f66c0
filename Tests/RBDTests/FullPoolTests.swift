// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A pool without space: nothing new, but everything that gives space back, and all of it without waiting.
@Suite(.timeLimit(.minutes(2)))
struct FullPoolTests {
    @Test(
        "A full pool that has never had a trash makes it, or says that there is no room, and not that there is no image"
    )
    func noTrash() async throws {
        let cluster = try await TestCluster.start(store: .memstore, size: 200_000_000)
        let connection = try await cluster.connect()
        let context = try await connection.ioContext(pool: "students")
        try await context.createImage("one", size: 16 << 20)
        try await cluster.fill(context)
        do {
            // From Ceph 17 on.
            try await context.moveImageToTrash("one")
            #expect(try await context.images().isEmpty)
            #expect(try await context.trash().map(\.name) == ["one"])
        } catch let error as CephError {
            #expect(error.code == .noSpace)
            #expect(try await context.images().map(\.name) == ["one"])
        }
        await connection.close()
        try await cluster.tearDown()
    }

    @Test("Changes that need no space go on, removals give it back, and new things are ENOSPC at once")
    func full() async throws {
        let cluster = try await TestCluster.start(store: .memstore, size: 200_000_000)
        let connection = try await cluster.connect()
        let context = try await connection.ioContext(pool: "students")
        for name in ["first", "second", "served"] { try await context.createImage(name, size: 16 << 20) }
        try await context.withImage(.name("first"), readOnly: false) { try $0.write(offset: 0, [1, 2, 3]) }
        let data = try await cluster.connect(timeouts: .io(nil))
        let served = try await data.ioContext(pool: "students")
        let live = try await LiveImage.open(.name("served"), in: served, readOnly: false)
        try await live.acquireLock()
        try await context.write("record") { $0.setOmap(["v/1": [1]]) }
        try await context.prepareTrash()
        try await cluster.fill(context)

        // The steps of a deletion: the record moves on, the image goes to the trash and away.
        try await context.write("record") {
            $0.compareOmap(key: "v/1", equals: [1])
            $0.removeOmap(["v/1"])
            $0.setOmap(["e/1": [1]])
        }
        #expect(try await context.omapPage(of: "record", limit: 10).entries.map(\.key) == ["e/1"])
        let id = try await context.imageID(named: "first")
        try await context.moveImageToTrash("first")
        try await context.removeFromTrash(id: id, force: false)
        try await context.removeImage("second")
        #expect(try await context.images().map(\.name) == ["served"])

        // Creating needs an object more, which there is no space for.
        try await expectErrno(.noSpace) { try await context.write("new") { $0.writeFull([1]) } }
        try await expectErrno(.noSpace) { try await context.createImage("new", size: 1 << 20) }

        // Data waits until there is space again.
        async let written: Void = live.write(offset: 0, [9])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<24 { group.addTask { try await context.remove("fill.\(index)") } }
            try await group.waitForAll()
        }
        try await written
        #expect(try await live.read(offset: 0, count: 1) == [9])
        try await live.close()
        await data.close()
        await connection.close()
        try await cluster.tearDown()
    }
}
