// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import RBD
internal import Rados
internal import Testing

@testable internal import Locker

/// An image made from a part of a group's snapshot.
@Suite(.timeLimit(.minutes(4)))
struct CopyPartTests {
    /// A part of a group's snapshot, and all of its bytes.
    private static func part(of image: KnownImage, in laboratory: Laboratory) async throws -> (CopiedSnapshot, Data) {
        let io = laboratory.io
        try await io.createGroup("group")
        try await io.addImage(image.name, toGroup: "group")
        try await io.createGroupSnapshot("g", of: "group")
        try await io.removeImage(image.name, fromGroup: "group")
        let (id, bytes) = try await io.withImage(.name(image.name), readOnly: true) { opened in
            let part = try #require(try opened.part(ofGroupSnapshot: "g", of: "group"))
            try opened.look(atSnapshot: part.id)
            return (part.id, Data(try opened.read(offset: 0, count: Int(part.size))))
        }
        return (CopiedSnapshot(io: io, imageID: image.imageID, snapshotID: id), bytes)
    }

    private static let key = RecordKey(instance: "", name: "copy")
    private static let name = Self.key.imageName

    private static func content(of name: String, in laboratory: Laboratory) async throws -> Data {
        try await laboratory.io.withImage(.name(name), readOnly: true) {
            Data(try $0.read(offset: 0, count: Int($0.size)))
        }
    }

    @Test("It holds the same bytes, depends on nothing, and holes stay holes", arguments: [1, 2])
    func same(seed: UInt64) async throws {
        try await Laboratory.with { laboratory in
            let image = try await KnownImage(size: 24 << 20, seed: seed, in: laboratory)
            let controller = try laboratory.controller()
            try await image.change()
            let (part, bytes) = try await Self.part(of: image, in: laboratory)
            try await image.change()
            try await controller.volumes.copy(part, in: laboratory)
            #expect(try await Self.content(of: Self.name, in: laboratory) == bytes)
            try await laboratory.io.removeGroup("group")
            #expect(try await Self.content(of: Self.name, in: laboratory) == bytes)
            let names = try await laboratory.io.images().map(\.name)
            #expect(Set(names) == ["known", Self.name])
        }
    }

    @Test("A large empty part is copied without allocating anything")
    func sparse() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            try await laboratory.io.createGroup("group")
            try await laboratory.io.createImage("large", size: 1 << 40)
            try await laboratory.io.withImage(.name("large"), readOnly: false) { try $0.write(offset: 512 << 30, [7]) }
            try await laboratory.io.addImage("large", toGroup: "group")
            try await laboratory.io.createGroupSnapshot("g", of: "group")
            let id = try await laboratory.io.withImage(.name("large"), readOnly: true) {
                try #require(try $0.part(ofGroupSnapshot: "g", of: "group")).id
            }
            let imageID = try await laboratory.io.imageID(named: "large")
            let part = CopiedSnapshot(io: laboratory.io, imageID: imageID, snapshotID: id)
            try await controller.volumes.copy(part, in: laboratory)
            let (used, byte) = try await laboratory.io.withImage(.name(Self.name), readOnly: true) {
                (try $0.usedBytes(), try $0.read(offset: 512 << 30, count: 1))
            }
            #expect(used == 4 << 20 && byte == [7])
            try await laboratory.io.removeGroup("group")
        }
    }

    @Test("A copy that was cut short is made anew", arguments: ["copy.begun", "copy.copied"])
    func interrupted(step: String) async throws {
        try await Laboratory.with { laboratory in
            let image = try await KnownImage(seed: 4, in: laboratory)
            try await image.change()
            let (part, bytes) = try await Self.part(of: image, in: laboratory)
            let cut = try laboratory.controller(hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) {
                try await cut.volumes.copy(part, in: laboratory)
            }
            #expect(try await laboratory.io.images().count == 2)
            let next = try laboratory.controller()
            try await next.volumes.copy(part, in: laboratory)
            #expect(try await Self.content(of: Self.name, in: laboratory) == bytes)
            #expect(Set(try await laboratory.io.images().map(\.name)) == ["known", Self.name])
            try await laboratory.io.removeGroup("group")
        }
    }
}

extension Volumes {
    /// Makes the image of a volume called "copy".
    fileprivate func copy(_ part: CopiedSnapshot, in laboratory: Laboratory) async throws {
        let store = try await RecordStore.open(laboratory.io, layouts: LayoutCache(), creating: true)
        let key = RecordKey(instance: "", name: "copy")
        try await self.copyPart(part, key: key, store: try #require(store), options: ImageOptions())
    }
}
