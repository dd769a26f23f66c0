// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Snapshots, clones of them, and what differs.
@Suite(.timeLimit(.minutes(2)))
struct SnapshotTests {
    @Test("Snapshots are made, listed with their sizes, read and removed")
    func lifecycle() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            try await context.withImage(.name("one"), readOnly: false) { image in
                #expect(try image.snapshots().isEmpty)
                try image.write(offset: 0, [1, 1, 1])
                try image.createSnapshot("first")
                try image.resize(to: 12 << 20)
                try image.write(offset: 0, [2, 2, 2])
                try image.createSnapshot("second")
                try image.write(offset: 0, [3, 3, 3])
            }
            let snapshots = try await context.withImage(.name("one"), readOnly: true) { try $0.snapshots() }
            #expect(snapshots.map(\.name) == ["first", "second"])
            #expect(snapshots.map(\.size) == [8 << 20, 12 << 20])
            #expect(snapshots.allSatisfy { $0.kind == .user && $0.createdAt > 1_700_000_000 })
            #expect(snapshots[0].id < snapshots[1].id)
            let first = try await context.withImage(.name("one"), readOnly: true, snapshot: "first") {
                try ($0.read(offset: 0, count: 3), $0.size)
            }
            #expect(first == ([1, 1, 1], 8 << 20))
            try await expectErrno(.fileExists) {
                try await context.withImage(.name("one"), readOnly: false) { try $0.createSnapshot("first") }
            }
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.rollBack(to: "second")
                #expect(try image.read(offset: 0, count: 3) == [2, 2, 2])
                try image.removeSnapshot("first")
                #expect(try image.snapshots().map(\.name) == ["second"])
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.withImage(.name("one"), readOnly: false) { try $0.removeSnapshot("first") }
            }
        }
    }

    @Test("A protected snapshot is not removed")
    func protection() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.createSnapshot("s")
                #expect(try !image.isSnapshotProtected("s"))
                try image.protectSnapshot("s")
                #expect(try image.isSnapshotProtected("s"))
            }
            for (code, change): (Errno, @Sendable (borrowing Image) throws -> Void) in [
                (.resourceBusy, { try $0.protectSnapshot("s") }),
                (.resourceBusy, { try $0.removeSnapshot("s") }),
                (.noSuchFileOrDirectory, { try $0.protectSnapshot("none") }),
            ] {
                try await expectErrno(code) { try await context.withImage(.name("one"), readOnly: false, change) }
            }
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.unprotectSnapshot("s")
                try image.removeSnapshot("s")
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.withImage(.name("one"), readOnly: false) { try $0.unprotectSnapshot("s") }
            }
        }
    }

    @Test("What a killed removal has left in the image's trash goes with the next removal by its name")
    func halves() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 1 << 20)
            let id = try await context.imageID(named: "one")
            for isLeft in [false, true] {
                let half = try await context.withImage(.name("one"), readOnly: false) { image in
                    try image.createSnapshot("s")
                    try image.createSnapshot("other")
                    return try #require(try image.snapshots().first { $0.name == "s" }).id
                }
                // As far as librbd comes when it is killed.
                let number = withUnsafeBytes(of: half.littleEndian) { Array($0) }
                try await context.write("rbd_header.\(id)") {
                    $0.execute(class: "rbd", method: "snapshot_trash_add", input: number)
                }
                let left = try await context.withImage(.name("one"), readOnly: false) { image in
                    #expect(try image.snapshots().map(\.kind).contains(.trash))
                    // With one of the same name after it, and without.
                    if isLeft { try image.createSnapshot("s") }
                    try image.removeWholeSnapshot("s")
                    defer { _ = try? image.removeSnapshot("other") }
                    return try image.snapshots().map(\.name)
                }
                #expect(left == ["other"])
                try await expectErrno(.noSuchFileOrDirectory) {
                    try await context.withImage(.name("one"), readOnly: false) { try $0.removeWholeSnapshot("s") }
                }
            }
        }
    }

    @Test("More snapshots than the first buffer has room for are all listed")
    func many() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 1 << 20)
            let names = (0..<40).map { "snapshot-\($0)" }
            let found = try await context.withImage(.name("one"), readOnly: false) { image in
                for name in names { try image.createSnapshot(name) }
                return try image.snapshots().map(\.name)
            }
            #expect(found == names)
        }
    }

    @Test("A clone shares its parent's data until it is flattened, and then stands alone")
    func clone() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("parent", size: 32 << 20)
            let data = [UInt8](repeating: 0xAB, count: 9 << 20)
            try await context.withImage(.name("parent"), readOnly: false) { image in
                try image.write(offset: 0, data)
                try image.createSnapshot("s")
            }
            try await context.clone(from: context, image: "parent", snapshot: "s", as: "clone")
            try await expectErrno(.fileExists) {
                try await context.clone(from: context, image: "parent", snapshot: "s", as: "clone")
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.clone(from: context, image: "parent", snapshot: "none", as: "other")
            }
            let parentID = try await context.imageID(named: "parent")
            let before = try await context.withImage(.name("clone"), readOnly: true) { image in
                (
                    parent: try image.parent(), data: try image.read(offset: 0, count: data.count),
                    used: try image.usedBytes()
                )
            }
            #expect(before.parent?.image.id == parentID && before.parent?.image.name == "parent")
            #expect(before.parent?.image.namespace == context.namespace && before.parent?.snapshot == "s")
            #expect(before.data == data)
            #expect(before.used == 0)
            let children = try await context.withImage(.name("parent"), readOnly: true) { try $0.children() }
            #expect(children.map(\.name) == ["clone"] && children[0].pool == "students" && !children[0].isInTrash)
            #expect(try await context.withImage(.name("parent"), readOnly: true) { try $0.parent() == nil })

            let seen = Progress()
            try await expectErrno(.canceled) {
                try await context.withImage(.name("clone"), readOnly: false) { try $0.flatten { done, _ in done < 3 } }
            }
            #expect(try await context.withImage(.name("clone"), readOnly: true) { try $0.parent() != nil })
            try await context.withImage(.name("clone"), readOnly: false) { image in
                try image.flatten {
                    seen.note($0, $1)
                    return true
                }
                #expect(try image.parent() == nil)
            }
            // librbd reports before each object, so never the last one as done.
            #expect(seen.last.map { [$0.done, $0.total] } == [7, 8])
            try await expectErrno(.invalidArgument) {
                try await context.withImage(.name("clone"), readOnly: false) { try $0.flatten() }
            }
            #expect(try await context.withImage(.name("parent"), readOnly: true) { try $0.children().isEmpty })
            try await context.withImage(.name("parent"), readOnly: false) { try $0.removeSnapshot("s") }
            try await context.removeImage("parent")
            let after = try await context.withImage(.name("clone"), readOnly: true) {
                try $0.read(offset: 0, count: data.count)
            }
            #expect(after == data)
        }
    }

    @Test("A snapshot that clones need goes to the image's trash, and 20 clones are all listed")
    func manyClones() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("parent", size: 4 << 20)
            try await context.withImage(.name("parent"), readOnly: false) { try $0.createSnapshot("s") }
            for index in 0..<20 {
                try await context.clone(from: context, image: "parent", snapshot: "s", as: "clone-\(index)")
            }
            try await context.moveImageToTrash("clone-7")
            try await context.withImage(.name("parent"), readOnly: false) { try $0.removeSnapshot("s") }
            let (children, snapshots) = try await context.withImage(.name("parent"), readOnly: true) {
                (try $0.children(), try $0.snapshots())
            }
            #expect(Set(children.map(\.name)) == Set((0..<20).map { "clone-\($0)" }))
            #expect(children.filter(\.isInTrash).map(\.name) == ["clone-7"])
            #expect(snapshots.map(\.kind) == [.trash])
            let code = try await errno { try await context.removeImage("parent") }
            #expect(code == .directoryNotEmpty || code == .resourceBusy)
        }
    }

    @Test("The header tells each snapshot's clones; one in the image's trash is removed by its id when it has none")
    func uses() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("parent", size: 4 << 20)
            let id = try await context.imageID(named: "parent")
            #expect(try await context.snapshotUses(imageID: id).isEmpty)
            try await context.withImage(.name("parent"), readOnly: false) { image in
                for name in ["kept", "a rather long name of a snapshot, ü"] { try image.createSnapshot(name) }
            }
            for index in 0..<2 {
                try await context.clone(from: context, image: "parent", snapshot: "kept", as: "clone-\(index)")
            }
            let uses = try await context.snapshotUses(imageID: id)
            #expect(Set(uses.map(\.clones)) == [2, 0] && uses.allSatisfy { !$0.isInTrash })
            let kept = try #require(uses.first { $0.clones == 2 }?.id)
            try await context.withImage(.name("parent"), readOnly: false) { image in
                try image.removeSnapshot("kept")
                try image.removeSnapshot("a rather long name of a snapshot, ü")
            }
            try await expectErrno(.resourceBusy) {
                try await context.withImage(.name("parent"), readOnly: false) { try $0.removeSnapshot(id: kept) }
            }
            let left = try await context.snapshotUses(imageID: id)
            #expect(left.map(\.id) == [kept] && left.map(\.clones) == [2] && left.map(\.isInTrash) == [true])
            for index in 0..<2 { try await context.removeImage("clone-\(index)") }
            #expect(try await context.snapshotUses(imageID: id).isEmpty)
            try await expectErrno(.noSuchFileOrDirectory) { _ = try await context.snapshotUses(imageID: "none") }
        }
    }

    @Test("A snapshot in an image's trash that has no clone, as a killed client leaves it, is removed by its id")
    func unneeded() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("parent", size: 4 << 20)
            try await context.withImage(.name("parent"), readOnly: false) { try $0.createSnapshot("s") }
            let imageID = try await context.imageID(named: "parent")
            let id = try #require(try await context.snapshotUses(imageID: imageID).first?.id)
            try await context.trashSnapshot(id, imageID: imageID)
            #expect(try await context.snapshotUses(imageID: imageID).map(\.isInTrash) == [true])
            try await context.withImage(.name("parent"), readOnly: false) { try $0.removeSnapshot(id: id) }
            #expect(try await context.snapshotUses(imageID: imageID).isEmpty)
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.withImage(.name("parent"), readOnly: false) { try $0.removeSnapshot(id: id) }
            }
        }
    }

    @Test("A clone can be in another namespace than its parent")
    func acrossNamespaces() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { course in
            try await course.createImage("template", size: 4 << 20)
            try await course.withImage(.name("template"), readOnly: false) { image in
                try image.write(offset: 0, [7])
                try image.createSnapshot("s")
            }
            try await cluster.withNamespace { student in
                try await student.clone(from: course, image: "template", snapshot: "s", as: "home")
                let (first, parent) = try await student.withImage(.name("home"), readOnly: true) {
                    (try $0.read(offset: 0, count: 1), try $0.parent())
                }
                #expect(first == [7])
                #expect(parent?.image.namespace == course.namespace)
            }
        }
    }
}
