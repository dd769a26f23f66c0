// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// Images that were never handed out, in whatever state a killed process has left them.
@Suite(.timeLimit(.minutes(3)))
struct DiscardTests {
    private static let key = RecordKey(instance: "", name: "half")

    /// How far the creation, or the removal, had come.
    enum State: String, CaseIterable, Sendable {
        case none, whole, named, listed, withoutMap, withoutName, moving, trashed, headless

        func make(_ name: String, in io: IOContext) async throws {
            if self == .none { return }
            try await io.createImage(name, size: 8 << 20)
            let id = try await io.imageID(named: name)
            switch self {
            case .none, .whole: break
            case .named:
                try await self.drop(["rbd_header.\(id)", "rbd_object_map.\(id)"], in: io)
                try await io.write("rbd_directory") { $0.removeOmap(["name_\(name)", "id_\(id)"]) }
            case .listed: try await self.drop(["rbd_header.\(id)", "rbd_object_map.\(id)"], in: io)
            case .withoutMap: try await self.drop(["rbd_object_map.\(id)"], in: io)
            case .withoutName: try await self.drop(["rbd_id.\(name)"], in: io)
            case .moving, .trashed, .headless:
                try await io.moveImageToTrash(name)
                if self == .headless { try await self.drop(["rbd_header.\(id)"], in: io) }
                guard self == .moving else { break }
                let text = withUnsafeBytes(of: UInt32(id.utf8.count).littleEndian) { [UInt8]($0) } + Array(id.utf8)
                try await io.write("rbd_trash") {
                    $0.execute(class: "rbd", method: "trash_state_set", input: text + [1, 0])
                }
            }
        }

        private func drop(_ objects: [String], in io: IOContext) async throws {
            for object in objects { try await io.remove(object) }
        }
    }

    @Test("Nothing is left of it, and its name is free", arguments: State.allCases)
    func discard(_ state: State) async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let store = try #require(try await RecordStore.open(io, layouts: LayoutCache(), creating: true))
            let volumes = try laboratory.controller().volumes
            let name = Self.key.imageName
            try await state.make(name, in: io)
            try await volumes.discard(name, key: Self.key, store: store)
            #expect(try await io.images().isEmpty)
            #expect(try await io.trash().isEmpty)
            let kinds = ["rbd_header.", "rbd_object_map.", "rbd_id.", "rbd_data."]
            #expect(try await io.objects().filter { object in kinds.contains { object.hasPrefix($0) } }.isEmpty)
            try await io.createImage(name, size: 8 << 20)
            try await volumes.discard(name, key: Self.key, store: store)
        }
    }

    @Test("A volume of the same name that is being erased is left to its erasure")
    func former() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let controller = try laboratory.controller(width: 0)
            let volume = try await controller.create(laboratory.request())
            try await controller.delete(volume.handle)
            let store = try #require(try await RecordStore.open(io, layouts: LayoutCache(), creating: false))
            let key = volume.handle.recordKey
            try await controller.volumes.discard(key.imageName, key: key, store: store)
            #expect(try await io.trash().map(\.id) == [volume.handle.imageID])
            #expect(try await store.erasure(of: key, imageID: volume.handle.imageID) != nil)
        }
    }
}
