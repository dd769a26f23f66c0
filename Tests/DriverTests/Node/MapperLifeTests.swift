// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Host
internal import SystemPackage
internal import Testing

/// The same life of a volume on every mapper that the running kernel has.
@Suite(.timeLimit(.minutes(5)))
struct MapperLifeTests {
    /// Every mapper with every filesystem.
    static let cases = RunningKernel.mappers.flatMap { mapper in ["ext4", "xfs"].map { (mapper, $0) } }

    @Test(
        "Written, killed beside, grown, copied beside its mounted source, and gone without a trace",
        arguments: Self.cases
    )
    func life(mapper: MapperName, type: String) async throws {
        try await NodeStory.with(.filesystem(type), parameters: ["mounter": mapper.rawValue]) { story in
            let volume = story.volume
            let killed = try await story.installation.node()
            for _ in 0..<2 { try await killed.stage(volume) }
            for _ in 0..<2 { try await killed.publish(volume) }
            try await story.use(killed)
            let mount = try #require(try MountTable.read().entry(at: volume.target()))
            #expect(mount.type == type && mount.source.hasPrefix(Self.prefix(of: mapper)), "\(mount.source)")
            #expect(Set(mount.options).isSuperset(of: ["nosuid", "nodev"]))

            await killed.kill()
            try story.expectWork(at: volume.target())
            let node = try await story.installation.node()
            try await story.use(node)

            try await story.controller.expand(volume, to: 400 << 20)
            if type == "xfs" || RunningKernel.growsMountedExt4 {
                #expect(try await node.grow(volume, to: 400 << 20) == 400 << 20)
                #expect(try FilesystemUsage(of: volume.target()).totalBytes > 300 << 20)
                try await story.use(node)
            }

            // The copy bears its source's UUID until the node gives it one of its own.
            let plan = volume.copyPlan(of: story.installation, bytes: 400 << 20)
            let copy = try await story.controller.create(plan, of: story.installation)
            try await node.stage(copy)
            try await node.publish(copy)
            try story.expectWork(at: copy.target())
            let beside = try #require(try MountTable.read().entry(at: copy.target()))
            let uuid = try await FilesystemSignature.probe(FilePath(beside.source))?.uuid
            #expect(uuid != nil)
            #expect(try await FilesystemSignature.probe(FilePath(mount.source))?.uuid != uuid)
            try await node.unpublish(copy)
            try await node.unstage(copy)
            try await story.controller.delete(copy)

            for _ in 0..<2 { try await node.unpublish(volume) }
            for _ in 0..<2 { try await node.unstage(volume) }
            try await story.finish(node)
        }
    }

    @Test(
        "A raw device has its size, grows while it is published, and keeps its data",
        arguments: RunningKernel.mappers
    )
    func rawBlock(mapper: MapperName) async throws {
        try await NodeStory.with(.rawBlock(), parameters: ["mounter": mapper.rawValue]) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            #expect(try BlockDevice(volume.target()).size() == UInt64(volume.capacity))
            try await story.use(node)
            let answer = try await node.statistics(volume)
            #expect(answer.usage == [VolumeUsage(total: volume.capacity, unit: .bytes)])
            try await story.controller.expand(volume, to: 96 << 20)
            #expect(try await node.grow(volume, to: 96 << 20) == 96 << 20)
            #expect(try BlockDevice(volume.target()).size() == 96 << 20)
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
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
