// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import LockerProto
internal import RBD
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// An encrypted volume's life through CSI.
@Suite(.timeLimit(.minutes(10)))
struct EncryptedNodeTests {
    @Test(
        "It is made, staged, used, grown, and survives a kill of the node process and of the data process",
        arguments: ["ext4", "xfs"]
    )
    func life(type: String) async throws {
        try await Self.withStory(.filesystem(type)) { story in
            let volume = story.volume
            let killed = try await story.installation.node()
            try await killed.stage(volume)
            try await killed.publish(volume)
            try await story.use(killed)
            await killed.kill()
            try story.expectWork(at: volume.target())
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await story.use(node)
            let larger = volume.capacity + (100 << 20)
            #expect(try await story.controller.expand(volume, to: larger) == larger)
            // Where a mounted ext4 cannot be grown, it grows with the next stage.
            if type == "xfs" || Privileges.current().contains(.resources) {
                #expect(try await node.grow(volume, to: larger) == larger)
                #expect(try FilesystemUsage(of: volume.target()).totalBytes > volume.capacity)
            }
            try await node.unpublish(volume)
            try await node.unstage(volume)
            // Another data process, and the same data.
            await story.data.kill()
            let data = try await story.installation.data()
            try await Self.insist { try await node.stage(volume) }
            try await node.publish(volume)
            try story.expectWork(at: volume.target())
            #expect(try FilesystemUsage(of: volume.target()).totalBytes > volume.capacity)
            try await node.unpublish(volume)
            try await node.unstage(volume)
            let left = try await Leftovers.onNode(of: volume, data: data, installation: story.installation)
            #expect(left.isEmpty)
            // No key-encryption key is needed to delete it.
            var request = volume.delete()
            request.secrets = story.installation.secrets
            _ = try await story.controller.controller.deleteVolume(request, timeout: LockerProcess.patience)
            try await Leftovers.waitUntilGone(story.installation.context)
        }
    }

    @Test("Raw block is encrypted too, and its device has the size that was asked for")
    func rawBlock() async throws {
        try await Self.withStory(.rawBlock()) { story in
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.publish(story.volume)
            try await story.use(node)
            #expect(try BlockDevice(story.volume.target()).size() == UInt64(story.volume.capacity))
            try await node.unpublish(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test(
        "A copy of it, while it is in use or of a snapshot, is mounted beside it with the same work and a key of its own"
    )
    func copies() async throws {
        try await Self.withStory(.filesystem()) { story in
            let volume = story.volume
            let node = try await story.installation.node()
            try await node.stage(volume)
            try await node.publish(volume)
            try await story.use(node)
            #expect(volume.context["encryption"] == "luks2-flat" && volume.context["encryptedCopy"] == nil)
            let snapshot = try await story.controller.snapshot(of: volume)
            var copies: [MadeVolume] = []
            for source in [VolumeContentSource.Kind.copy(of: volume), .copy(of: snapshot)] {
                var plan = volume.plan
                plan.name += "-copy-\(copies.count)"
                let copy = try await story.controller.create(plan, from: source, of: story.installation)
                copies.append(copy)
                #expect(copy.context["encryption"] == "luks2-flat" && copy.context["encryptedCopy"] == "copied")
                try await node.stage(copy)
                try await node.publish(copy)
                try story.expectWork(at: copy.target())
            }
            let keys = try await Leftovers.wrappedKeys(of: story.installation.context)
            #expect(Set(keys.map(\.dataKeyID)).count == 3)
            for one in copies + [volume] {
                try await node.unpublish(one)
                try await node.unstage(one)
            }
            try await story.controller.delete(snapshot, of: volume)
            for copy in copies { try await story.controller.delete(copy) }
            try await story.finish(node)
        }
    }

    @Test(
        "A key-encryption key that is missing or another one stops the stage, says which and what to do, and leaves nothing"
    )
    func wrongKey() async throws {
        try await Self.withStory(.filesystem()) { story in
            let node = try await story.installation.node()
            let secrets: [([String: Secret], String)] = [
                ([:], "--key-encryption-keys"), (EncryptedClass.secrets(2), "\"kek.1\""),
                (["kek.1": Secret(EncryptedClass.key(9))], "does not open"),
            ]
            for (given, words) in secrets {
                var stage = story.volume.stage()
                stage.secrets = story.installation.secrets.merging(given) { $1 }
                let message = await expectRefusal(.failedPrecondition, naming: "kek.1", words) {
                    try await node.node.nodeStageVolume(stage, timeout: LockerProcess.patience)
                }
                #expect(!message.contains("of-the-tests"))
                let left = try await Leftovers.onNode(
                    of: story.volume,
                    data: story.data,
                    installation: story.installation
                )
                #expect(left.isEmpty)
            }
            try await node.stage(story.volume)
            try await node.unstage(story.volume)
            try await story.finish(node)
        }
    }

    @Test("Without keys in the Secret those of a file or of a directory's file for the course are taken")
    func files() async throws {
        try await Installation.with { installation in
            let course = EncryptedClass.course(of: installation)
            let file = try installation.write("1 \(EncryptedClass.key(1))\n", to: "keks")
            let directory = installation.path("keks.d")
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
            try installation.write("1 \(EncryptedClass.key(1))\n2 \(EncryptedClass.key(2))\n", to: "keks.d/\(course)")
            let controller = try await installation.controller(options: ["--key-encryption-keys", file.string])
            let data = try await installation.data()
            let node = try await installation.node(options: ["--key-encryption-keys", directory.string])
            let plan = installation.plan().encrypted(in: installation, secrets: [:])
            let volume = try await controller.create(plan, of: installation)
            try await node.stage(volume)
            try await node.unstage(volume)
            // A course without a file of its own.
            var other = installation.plan().encrypted(in: installation, secrets: [:])
            other.parameters["course"] = "\(course)-x"
            let stranger = try await controller.create(other, of: installation)
            await expectRefusal(.failedPrecondition, naming: "kek.1", "\(directory)/\(course)-x") {
                try await node.stage(stranger)
            }
            let left = try await Leftovers.onNode(of: volume, data: data, installation: installation)
            #expect(left.isEmpty)
            for volume in [volume, stranger] { try await controller.delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test("A class that promises encryption without a course or a key-encryption key makes nothing")
    func missing() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let plan = installation.plan().encrypted(in: installation)
            var noKey = plan.request
            noKey.secrets = installation.secrets
            var noCourse = plan.request
            noCourse.parameters["course"] = nil
            var short = plan.request
            short.secrets["kek.1"] = "hunter2"
            for (request, words) in [(noKey, "openssl rand"), (noCourse, "course"), (short, "kek.1")] {
                let message = await expectRefusal(.invalidArgument, naming: words) {
                    try await controller.controller.createVolume(request, timeout: LockerProcess.patience)
                }
                #expect(!message.contains("hunter2"))
            }
            #expect(try await Leftovers.inCluster(installation.context).isEmpty)
        }
    }

    @Test(
        "A user of the images in one RADOS namespace reads wrapped keys with the caps that the documents name, and no less"
    )
    func caps() async throws {
        try await Self.withStory(.filesystem()) { story in
            let installation = story.installation
            let node = try await installation.node()
            let images = "profile rbd pool=students namespace=\(installation.context.namespace)"
            let caps = [("none", images), ("read", "\(images), allow r pool=students namespace=locker.keys")]
            for (name, osd) in caps {
                let user = try await installation.cluster.user(
                    "keys-\(name)-\(installation.context.namespace)",
                    caps: ["mon": "profile rbd", "osd": osd]
                )
                var stage = story.volume.stage()
                stage.secrets["userID"] = Secret(user.user)
                stage.secrets["userKey"] = user.key
                if name == "none" {
                    await expectRefusal(.permissionDenied, naming: "namespace=locker.keys") {
                        try await node.node.nodeStageVolume(stage, timeout: LockerProcess.patience)
                    }
                } else {
                    _ = try await node.node.nodeStageVolume(stage, timeout: LockerProcess.patience)
                    try await node.unstage(story.volume)
                }
            }
            try await story.finish(node)
        }
    }

    /// A story of an encrypted volume.
    private static func withStory(
        _ capability: VolumeCapability,
        _ body: (NodeStory) async throws -> Void
    ) async throws {
        let course = "c-\(UInt64.random(in: 0...UInt64.max))"
        try await NodeStory.with(
            capability,
            parameters: ["encrypted": "true", "course": course],
            secrets: EncryptedClass.secrets(1),
            body
        )
    }

    /// Calls as kubelet does, again while the node process has not found the new data process yet.
    private static func insist(_ call: () async throws -> Void) async throws {
        while true {
            do {
                return try await call()
            } catch let error as RPCError where error.code == .unavailable {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
