// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Groups of images, snapshotted together.
@Suite(.timeLimit(.minutes(2)))
struct GroupTests {
    @Test("A group's snapshot holds all of its images at one point, and rolls all of them back")
    func snapshot() async throws {
        try await TestCluster.shared().withNamespace { context in
            #expect(try await context.groups().isEmpty)
            try await context.createGroup("course")
            try await expectErrno(.fileExists) { try await context.createGroup("course") }
            #expect(try await context.groups() == ["course"])
            for name in ["a", "b"] {
                try await context.createImage(name, size: 8 << 20)
                try await context.withImage(.name(name), readOnly: false) { try $0.write(offset: 0, [1]) }
                try await context.addImage(name, toGroup: "course")
            }
            #expect(try await Set(context.images(inGroup: "course")) == ["a", "b"])
            #expect(try await context.groupSnapshots(of: "course").isEmpty)
            try await context.createGroupSnapshot("s", of: "course")
            try await expectErrno(.fileExists) { try await context.createGroupSnapshot("s", of: "course") }
            let snapshots = try await context.groupSnapshots(of: "course")
            #expect(snapshots.count == 1 && snapshots[0] == (name: "s", isComplete: true))
            let kinds = try await context.withImage(.name("a"), readOnly: true) { try $0.snapshots().map(\.kind) }
            #expect(kinds == [.group])

            for name in ["a", "b"] {
                try await context.withImage(.name(name), readOnly: false) { try $0.write(offset: 0, [2]) }
            }
            try await context.rollBack(group: "course", to: "s")
            for name in ["a", "b"] {
                #expect(
                    try await context.withImage(.name(name), readOnly: true) { try $0.read(offset: 0, count: 1) } == [1]
                )
            }
            try await context.removeGroupSnapshot("s", of: "course")
            #expect(try await context.groupSnapshots(of: "course").isEmpty)
            #expect(try await context.withImage(.name("b"), readOnly: true) { try $0.snapshots().isEmpty })
            try await context.removeImage("a", fromGroup: "course")
            #expect(try await context.images(inGroup: "course") == ["b"])
            try await context.removeGroup("course")
            #expect(try await context.groups().isEmpty)
            #expect(try await Set(context.images().map(\.name)) == ["a", "b"])
        }
    }

    @Test("What does not exist is refused or empty, and an image is in one group only")
    func refused() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createGroup("one")
            try await context.createGroup("two")
            try await context.createImage("image", size: 1 << 20)
            try await context.addImage("image", toGroup: "one")
            try await expectErrno(.fileExists) { try await context.addImage("image", toGroup: "two") }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.addImage("none", toGroup: "one") }
            try await expectErrno(.noSuchFileOrDirectory) { try await context.addImage("image", toGroup: "none") }
            try await expectErrno(.badFileDescriptor) { try await context.removeImage("image", fromGroup: "two") }
            try await context.removeImage("image", fromGroup: "one")
            try await context.removeImage("image", fromGroup: "one")
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.removeImage("none", fromGroup: "one")
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.removeGroupSnapshot("none", of: "one")
            }
            // librbd says nothing of a group that does not exist.
            #expect(try await context.groupSnapshots(of: "none").isEmpty)
            #expect(try await context.images(inGroup: "none").isEmpty)
        }
    }

    @Test("More groups and images than the first buffers have room for are all listed")
    func many() async throws {
        try await TestCluster.shared().withNamespace { context in
            let groups = (0..<20).map { "a group with quite a long name, number \($0)" }
            for group in groups { try await context.createGroup(group) }
            #expect(try await Set(context.groups()) == Set(groups))
            let images = (0..<70).map { "image-\($0)" }
            for image in images {
                try await context.createImage(image, size: 1 << 20)
                try await context.addImage(image, toGroup: groups[0])
            }
            #expect(try await Set(context.images(inGroup: groups[0])) == Set(images))
        }
    }
}
