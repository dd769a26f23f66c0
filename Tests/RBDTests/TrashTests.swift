// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The trash: an image's name is free at once, and its data goes when it is told to.
@Suite(.timeLimit(.minutes(2)))
struct TrashTests {
    @Test("Into the trash, listed, restored under another name")
    func restore() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let id = try await context.imageID(named: "one")
            #expect(try await context.trash().isEmpty)
            #expect(try await context.trashEntry(id: id) == nil)
            try await context.moveImageToTrash("one")
            #expect(try await context.images().isEmpty)
            let entries = try await context.trash()
            let entry = try #require(entries.first)
            #expect(entries.count == 1 && entry.id == id && entry.name == "one" && entry.source == .user)
            #expect(entry.deletedAt > 1_700_000_000 && entry.deferredUntil == entry.deletedAt)
            #expect(try await context.trashEntry(id: id) == entry)

            // The name is free at once, so it is taken when the first one comes back.
            try await context.createImage("one", size: 4 << 20)
            try await expectErrno(.fileExists) { try await context.restoreFromTrash(id: id, name: "one") }
            try await context.restoreFromTrash(id: id, name: "back")
            #expect(try await context.imageID(named: "back") == id)
            #expect(try await context.trash().isEmpty)
        }
    }

    @Test("Removing from the trash removes every object, and says how far it is")
    func remove() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 64 << 20)
            let info = try await context.withImage(.name("one"), readOnly: false) { image in
                for index in 0..<16 { try image.write(offset: UInt64(index) << 22, [1, 2, 3]) }
                return try image.info()
            }
            #expect(try await context.objects(prefix: info.dataPrefix).count == 16)
            try await context.moveImageToTrash("one")
            let seen = Progress()
            try await context.removeFromTrash(id: info.id, force: false) { seen.note($0, $1) }
            #expect(seen.last.map { $0.done <= $0.total && $0.done > 0 } == true, "\(String(describing: seen.last))")
            #expect(try await context.trash().isEmpty)
            #expect(try await context.objects().filter { $0.contains(info.id) }.isEmpty)
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.removeFromTrash(id: info.id, force: false)
            }
        }
    }

    @Test("A move that was cut short keeps the image from being removed, and is ended by repeating it")
    func interruptedMove() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let id = try await context.imageID(named: "one")
            try await context.moveImageToTrash("one")
            // The state in which a client leaves it that dies before the last step of the move: NORMAL becomes MOVING.
            let length = withUnsafeBytes(of: UInt32(id.utf8.count).littleEndian) { [UInt8]($0) }
            try await context.write("rbd_trash") {
                $0.execute(class: "rbd", method: "trash_state_set", input: length + Array(id.utf8) + [1, 0])
            }
            try await expectErrno(Errno(rawValue: EUCLEAN)) {
                try await context.removeFromTrash(id: id, force: true)
            }
            try await context.moveImageToTrash("one")
            try await context.removeFromTrash(id: id, force: true)
            try await expectErrno(.noSuchFileOrDirectory) { try await context.moveImageToTrash("one") }
        }
    }

    @Test("An image's delay holds unless it is forced")
    func delay() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let id = try await context.imageID(named: "one")
            try await context.moveImageToTrash("one", delay: .seconds(3600))
            let entry = try #require(try await context.trashEntry(id: id))
            #expect(entry.deferredUntil == entry.deletedAt + 3600)
            try await expectErrno(.notPermitted) { try await context.removeFromTrash(id: id, force: false) }
            try await context.removeFromTrash(id: id, force: true)
            #expect(try await context.trash().isEmpty)
        }
    }

    @Test("What does not exist, is open or has snapshots is refused")
    func refused() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            try await expectErrno(.noSuchFileOrDirectory) { try await context.moveImageToTrash("none") }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.restoreFromTrash(id: "0123456789ab", name: "x")
            }
            try await context.createImage("one", size: 8 << 20)
            let id = try await context.imageID(named: "one")
            try await context.withImage(.name("one"), readOnly: false) { try $0.createSnapshot("s") }
            try await context.moveImageToTrash("one")
            let code = try await errno { try await context.removeFromTrash(id: id, force: true) }
            #expect(code == .directoryNotEmpty || code == .resourceBusy)
            #expect(try await context.trashEntry(id: id) != nil)
        }
    }

    @Test("More entries than the first buffer has room for are all listed")
    func many() async throws {
        try await TestCluster.shared().withNamespace { context in
            for index in 0..<70 {
                try await context.createImage("image-\(index)", size: 1 << 20)
                try await context.moveImageToTrash("image-\(index)")
            }
            #expect(try await Set(context.trash().map(\.name)) == Set((0..<70).map { "image-\($0)" }))
        }
    }
}
