// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import GRPCCore
internal import Host
internal import SystemPackage
internal import Testing

@testable internal import Driver

/// The life of an encrypted volume on every mapper that the running kernel has.
@Suite(.timeLimit(.minutes(5)))
struct MapperEncryptionTests {
    @Test(
        "Written, the node process killed, grown, the key lost and brought again, and gone without a trace",
        arguments: RunningKernel.mappers
    )
    func life(mapper: MapperName) async throws {
        let parameters = [
            "mounter": mapper.rawValue, "encrypted": "true", "course": "c-\(UInt64.random(in: 0...UInt64.max))",
        ]
        let secrets = EncryptedClass.secrets(1)
        try await NodeStory.with(.filesystem("xfs"), parameters: parameters, secrets: secrets) { story in
            let volume = story.volume
            let killed = try await story.installation.node()
            try await killed.stage(volume)
            try await killed.publish(volume)
            try await story.use(killed)
            await killed.kill()
            let node = try await story.installation.node()
            try await node.stage(volume)
            let mount = try #require(try MountTable.read().entry(at: volume.target()))
            // The kernel's rbd is below dm-crypt; the data process' devices show what librbd has decrypted.
            #expect(mount.source.hasPrefix("/dev/dm-") == (mapper == .krbd), "\(mount.source)")
            try await story.controller.expand(volume, to: 400 << 20)
            if mapper == .krbd {
                try Keyring.remove(name: VolumeKey.dataName(VolumeKey.name(of: volume.id)))
                await expectRefusal(.failedPrecondition, naming: "kek.1") { try await node.grow(volume, to: 400 << 20) }
            }
            if RunningKernel.growing.contains(mapper) {
                var request = volume.grow(to: 400 << 20)
                request.secrets = secrets
                let answer = try await node.node.nodeExpandVolume(request, timeout: LockerProcess.patience)
                #expect(answer.capacityBytes == 400 << 20)
                #expect(try FilesystemUsage(of: volume.target()).totalBytes > 300 << 20)
            }
            try await story.use(node)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await story.finish(node)
        }
    }
}
