// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// What copies hold of filesystems, and what they may be used for.
@Suite(.timeLimit(.minutes(2)))
struct CloneUseTests {
    private static let mount = [Capability(block: false, fsType: "ext4", accessMode: 1)]
    private static let xfs = [Capability(block: false, fsType: "xfs", accessMode: 1)]
    private static let anyMount = [Capability(block: false, accessMode: 1)]
    private static let block = [Capability(block: true, accessMode: 1)]

    private static func format(_ volume: VolumeHandle, in laboratory: Laboratory) async throws {
        try await laboratory.edit(volume) {
            $0.filesystem = Filesystem(state: .formatted, type: "ext4", uuid: "uuid-1", nodeID: "n", attempt: "a")
        }
    }

    @Test("A copy of a formatted volume is formatted, under a UUID that it still has to change")
    func formatted() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request(capabilities: Self.mount))
            let empty = try await controller.create(
                laboratory.copy(of: .volume(volume.handle), named: "empty", capabilities: Self.mount)
            )
            #expect(empty.record.filesystem == Filesystem())
            try await Self.format(volume.handle, in: laboratory)
            let snapshot = try await controller.snapshot(of: volume.handle).handle
            let inherited = Filesystem(state: .formatted, type: "ext4", uuid: "uuid-1", uuidInherited: true)
            for (name, source) in [("a", VolumeSource.volume(volume.handle)), ("b", .snapshot(snapshot))] {
                let copy = try await controller.create(
                    laboratory.copy(of: source, named: name, capabilities: Self.anyMount)
                )
                #expect(copy.record.filesystem == inherited)
                // For raw block what is on it stays on it.
                let raw = try await controller.create(
                    laboratory.copy(of: source, named: "\(name)-raw", capabilities: Self.block)
                )
                #expect(raw.record.filesystem == inherited)
                await expectRefusal(.invalidArgument, saying: "holds ext4", "cannot be xfs") {
                    try await controller.create(
                        laboratory.copy(of: source, named: "c", required: 400 << 20, capabilities: Self.xfs)
                    )
                }
            }
        }
    }

    @Test("From a volume of raw block none with a filesystem is made; an encrypted one is not copied")
    func refused() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request())
            await expectRefusal(.invalidArgument, saying: "made for raw block") {
                try await controller.create(laboratory.copy(of: .volume(volume.handle), capabilities: Self.mount))
            }
            try await laboratory.edit(volume.handle) { $0.encryption = .luks2Flat }
            await expectRefusal(.failedPrecondition, saying: "is encrypted") {
                try await controller.create(laboratory.copy(of: .volume(volume.handle)))
            }
        }
    }

    @Test("A volume that is being formatted, or given a UUID, is copied afterwards")
    func busy() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request(capabilities: Self.mount))
            let states = [
                Filesystem(state: .formatting, type: "ext4", uuid: "uuid-1"),
                Filesystem(state: .formatted, type: "ext4", uuid: "uuid-1", uuidInherited: true, nextUuid: "uuid-2"),
            ]
            let request = try laboratory.copy(of: .volume(volume.handle), capabilities: Self.mount)
            for state in states {
                try await laboratory.edit(volume.handle) { $0.filesystem = state }
                await expectRefusal(.aborted, saying: "being formatted") { try await controller.create(request) }
            }
            try await Self.format(volume.handle, in: laboratory)
            #expect(try await controller.create(request).record.filesystem?.uuid == "uuid-1")
        }
    }

    @Test("A snapshot that was taken before the source was formatted is taken anew")
    func formattedMeanwhile() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller(hook: Interruption.hook(at: "clone.snapped"))
            let volume = try await controller.create(laboratory.request(capabilities: Self.mount))
            let request = try laboratory.copy(of: .volume(volume.handle), capabilities: Self.mount)
            await #expect(throws: Interruption.self) { try await controller.create(request) }
            try await laboratory.write([4, 2], to: volume.handle)
            try await Self.format(volume.handle, in: laboratory)
            let copy = try await controller.create(request)
            #expect(copy.record.filesystem?.uuidInherited == true && copy.record.filesystem?.uuid == "uuid-1")
            #expect(try await laboratory.read(2, from: copy.handle) == [4, 2])
            #expect(try await laboratory.kinds(of: volume.handle) == [.trash])
        }
    }

    @Test("A node gives the copy a UUID once: begun, gone on with under the same one, finished")
    func identity() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let volume = try await controller.create(laboratory.request(capabilities: Self.mount))
            try await Self.format(volume.handle, in: laboratory)
            let copy = try await controller.create(
                laboratory.copy(of: .volume(volume.handle), capabilities: Self.mount)
            )
            let node = Attachments.test("node-1")
            await expectRefusal(.aborted, saying: "taken from this node") {
                try await node.beginIdentity(copy.handle, in: laboratory.io, uuid: "uuid-2")
            }
            _ = try await node.claim(copy.handle, in: laboratory.io, readOnly: false)
            _ = try await node.claim(volume.handle, in: laboratory.io, readOnly: false)
            #expect(try await node.beginIdentity(volume.handle, in: laboratory.io, uuid: "uuid-2") == nil)
            #expect(try await node.beginIdentity(copy.handle, in: laboratory.io, uuid: "uuid-2") == "uuid-2")
            #expect(try await node.beginIdentity(copy.handle, in: laboratory.io, uuid: "uuid-3") == "uuid-2")
            try await node.finishIdentity(copy.handle, in: laboratory.io)
            try await node.finishIdentity(copy.handle, in: laboratory.io)
            let filesystem = try await node.record(of: copy.handle, in: laboratory.io).filesystem
            #expect(filesystem?.uuid == "uuid-2" && filesystem?.uuidInherited == false && filesystem?.nextUuid == "")
            #expect(filesystem?.state == .formatted)
            #expect(try await node.beginIdentity(copy.handle, in: laboratory.io, uuid: "uuid-3") == nil)
        }
    }
}
