// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Images: making, finding, opening, sizing and removing them.
@Suite(.timeLimit(.minutes(2)))
struct ImageTests {
    @Test("An image is found by its name and by its id, and in the list")
    func createAndOpen() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 64 << 20)
            try await expectErrno(.fileExists) { try await context.createImage("one", size: 64 << 20) }
            let id = try await context.withImage(.name("one"), readOnly: true) { try $0.id }
            #expect(!id.isEmpty)
            let name = try await context.withImage(.id(id), readOnly: true) { try $0.name }
            #expect(name == "one")
            #expect(try await context.withImage(.id(id), readOnly: false) { try $0.size } == 64 << 20)
            let images = try await context.images()
            #expect(images.count == 1 && images[0] == (name: "one", id: id))
        }
    }

    @Test("An image that does not exist is ENOENT, by name, id and snapshot", arguments: [true, false])
    func missing(readOnly: Bool) async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 1 << 20)
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.withImage(.name("none"), readOnly: readOnly) { _ in }
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.withImage(.id("0123456789ab"), readOnly: readOnly) { _ in }
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.withImage(.name("one"), readOnly: readOnly, snapshot: "none") { _ in }
            }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.removeImage("none") }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.renameImage("none", to: "other") }
        }
    }

    @Test("More images than the first buffer has room for are all listed")
    func many() async throws {
        try await TestCluster.shared().withNamespace { context in
            let names = (0..<150).map { "image-\($0)" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names { group.addTask { try await context.createImage(name, size: 1 << 20) } }
                try await group.waitForAll()
            }
            let images = try await context.images()
            #expect(Set(images.map(\.name)) == Set(names))
            #expect(Set(images.map(\.id)).count == 150)
        }
    }

    @Test("Growing works, shrinking only when it is allowed")
    func resize() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            try await context.withImage(.name("one"), readOnly: false) { try $0.resize(to: 16 << 20) }
            #expect(try await context.withImage(.name("one"), readOnly: true) { try $0.size } == 16 << 20)
            try await expectErrno(.invalidArgument) {
                try await context.withImage(.name("one"), readOnly: false) { try $0.resize(to: 4 << 20) }
            }
            #expect(try await context.withImage(.name("one"), readOnly: true) { try $0.size } == 16 << 20)
            try await context.withImage(.name("one"), readOnly: false) {
                try $0.resize(to: 4 << 20, allowShrink: true)
            }
            #expect(try await context.withImage(.name("one"), readOnly: true) { try $0.size } == 4 << 20)
        }
    }

    @Test("An image opened read-only cannot be changed")
    func readOnly() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            for change: @Sendable (borrowing Image) throws -> Void in [
                { try $0.resize(to: 16 << 20) },
                { try $0.write(offset: 0, [1]) },
                { try $0.createSnapshot("s") },
                { try $0.setMetadata("k", to: "v") },
            ] {
                try await expectErrno(.readOnlyFileSystem) {
                    try await context.withImage(.name("one"), readOnly: true, change)
                }
            }
            #expect(try await context.withImage(.name("one"), readOnly: true) { try $0.snapshots().isEmpty })
        }
    }

    @Test("An error of the closure comes through, and the image is closed all the same")
    func closureThrows() async throws {
        struct Stop: Error {}
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            await #expect(throws: Stop.self) {
                try await context.withImage(.name("one"), readOnly: false) { _ in throw Stop() }
            }
            #expect(try await context.withImage(.name("one"), readOnly: true) { try $0.watchers().isEmpty })
            try await context.removeImage("one")
        }
    }

    @Test("Renaming and removing; the id stays, and a taken name is refused")
    func renameAndRemove() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            try await context.createImage("two", size: 8 << 20)
            let id = try await context.imageID(named: "one")
            try await expectErrno(.fileExists) { try await context.renameImage("one", to: "two") }
            try await context.renameImage("one", to: "three")
            #expect(try await context.imageID(named: "three") == id)
            try await context.removeImage("three")
            #expect(try await context.images().map(\.name) == ["two"])
            try await context.withImage(.name("two"), readOnly: false) { try $0.createSnapshot("s") }
            // rbd_remove says EBUSY by version.
            let code = try await errno { try await context.removeImage("two") }
            #expect(code == .directoryNotEmpty || code == .resourceBusy)
        }
    }

    @Test("The header is read without opening the image: id, size and snapshots")
    func header() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let id = try await context.imageID(named: "one")
            #expect(try await context.withImage(.name("one"), readOnly: true) { try $0.id } == id)
            #expect(try await context.imageSize(imageID: id) == 8 << 20)
            #expect(try await context.snapshotCount(imageID: id) == 0)
            try await context.withImage(.name("one"), readOnly: false) {
                try $0.createSnapshot("a")
                try $0.createSnapshot("b")
                try $0.resize(to: 9 << 20)
            }
            #expect(try await context.imageSize(imageID: id) == 9 << 20)
            #expect(try await context.snapshotCount(imageID: id) == 2)
            try await expectErrno(.noSuchFileOrDirectory) { try await context.imageID(named: "none") }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.imageSize(imageID: "none") }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.snapshotCount(imageID: "none") }
        }
    }
}
