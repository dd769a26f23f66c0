// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import GRPCCore
internal import Host
internal import SystemPackage
internal import Testing

/// The same life of three volumes, of either filesystem and raw, on every mapper that the running kernel has.
@Suite(.timeLimit(.minutes(5)))
struct MapperLifeTests {
    @Test(
        "Written, the node process killed, grown, copied beside the mounted source, and gone without a trace",
        arguments: RunningKernel.mappers
    )
    func life(mapper: MapperName) async throws {
        let parameters = ["mounter": mapper.rawValue]
        try await NodeStory.with(.filesystem("ext4"), parameters: parameters) { ext4 in
            let xfs = try await ext4.beside(.filesystem("xfs"), parameters: parameters)
            let raw = try await ext4.beside(.rawBlock(), parameters: parameters)
            let stories = [ext4, xfs, raw]
            let killed = try await ext4.installation.node()
            for story in stories {
                for _ in 0..<2 { try await killed.stage(story.volume) }
                for _ in 0..<2 { try await killed.publish(story.volume) }
                try await story.use(killed)
            }
            await killed.kill()
            let node = try await ext4.installation.node()
            try await Self.grow(ext4, on: node, mapper: mapper, type: "ext4")
            try await Self.grow(xfs, on: node, mapper: mapper, type: "xfs")
            try await Self.growRaw(raw, on: node, mapper: mapper)
            for story in [ext4, xfs] { try await Self.copy(story, on: node) }

            for story in stories {
                for _ in 0..<2 { try await node.unpublish(story.volume) }
                for _ in 0..<2 { try await node.unstage(story.volume) }
            }
            for story in stories { try await story.stageAgain(node) }
            for story in stories { try await story.controller.delete(story.volume) }
            try await Leftovers.waitUntilGone(ext4.installation.context)
        }
    }

    /// A mounted filesystem follows its volume, where the kernel lets this process grow it.
    private static func grow(
        _ story: NodeStory,
        on node: LockerProcess,
        mapper: MapperName,
        type: String
    ) async throws {
        let volume = story.volume
        let mount = try #require(try MountTable.read().entry(at: volume.target()))
        #expect(mount.type == type && mount.source.hasPrefix(Self.prefix(of: mapper)), "\(mount.source)")
        #expect(Set(mount.options).isSuperset(of: ["nosuid", "nodev"]))
        try await story.use(node)
        try await story.controller.expand(volume, to: 400 << 20)
        if !RunningKernel.growing.contains(mapper) {
            await Self.expectFixedSize { _ = try await node.grow(volume, to: 400 << 20) }
        } else if type == "xfs" || RunningKernel.growsMountedExt4 {
            #expect(try await node.grow(volume, to: 400 << 20) == 400 << 20)
            #expect(try FilesystemUsage(of: volume.target()).totalBytes > 300 << 20)
        } else {
            await expectRefusal(.failedPrecondition, naming: "CAP_SYS_RESOURCE") {
                try await node.grow(volume, to: 400 << 20)
            }
        }
        try await story.use(node)
    }

    /// A device that cannot grow in use says what to do; what is staged afresh has the new size.
    private static func expectFixedSize(_ grow: () async throws -> Void) async {
        await expectRefusal(.failedPrecondition, naming: "staged anew") { try await grow() }
    }

    private static func growRaw(_ story: NodeStory, on node: LockerProcess, mapper: MapperName) async throws {
        let volume = story.volume
        #expect(try BlockDevice(volume.target()).size() == UInt64(volume.capacity))
        let answer = try await node.statistics(volume)
        #expect(answer.usage == [VolumeUsage(total: volume.capacity, unit: .bytes)])
        try await story.controller.expand(volume, to: 96 << 20)
        if RunningKernel.growing.contains(mapper) {
            #expect(try await node.grow(volume, to: 96 << 20) == 96 << 20)
            #expect(try BlockDevice(volume.target()).size() == 96 << 20)
        } else {
            await Self.expectFixedSize { _ = try await node.grow(volume, to: 96 << 20) }
        }
        try await story.use(node)
    }

    /// A copy is mounted beside its source: it bears that one's UUID until the node gives it one of its own.
    private static func copy(_ story: NodeStory, on node: LockerProcess) async throws {
        let plan = story.volume.copyPlan(of: story.installation, bytes: 400 << 20)
        let copy = try await story.controller.create(plan, of: story.installation)
        try await node.stage(copy)
        try await node.publish(copy)
        try story.expectWork(at: copy.target())
        // The copy is as large as its source's volume is now, whose own filesystem may not be that yet.
        #expect(try FilesystemUsage(of: copy.target()).totalBytes > 300 << 20)
        let source = try #require(try MountTable.read().entry(at: story.volume.target())).source
        let beside = try #require(try MountTable.read().entry(at: copy.target())).source
        let uuid = try await FilesystemSignature.probe(FilePath(beside))?.uuid
        #expect(uuid != nil)
        #expect(try await FilesystemSignature.probe(FilePath(source))?.uuid != uuid)
        try await node.unpublish(copy)
        try await node.unstage(copy)
        try await story.controller.delete(copy)
    }

    /// How the devices of a mapper are called.
    private static func prefix(of mapper: MapperName) -> String {
        switch mapper {
        case .krbd: "/dev/rbd"
        case .nbd: "/dev/nbd"
        case .ublk: "/dev/ublkb"
        case .fuse: "/dev/loop"
        }
    }
}
