// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Host
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage
internal import Testing

/// A template with a filesystem, used by two students on a real node.
@Suite(.timeLimit(.minutes(5)))
struct TemplateStageTests {
    private static func uuid(at volume: MadeVolume) async throws -> String {
        let entry = try #require(try MountTable.read().entry(at: volume.staging()))
        return try #require(try await FilesystemSignature.probe(.init(entry.source))).uuid
    }

    @Test(
        "Each student finds the template's files on a filesystem of its own that fills the volume",
        arguments: ["ext4", "xfs"]
    )
    func students(_ type: String) async throws {
        try await NodeStory.with(.filesystem(type)) { story in
            let (installation, controller) = (story.installation, story.controller)
            try await story.stage(publishing: true, thenUnpublishing: true)
            let node = try await installation.node()
            try await node.unstage(story.volume)
            try await installation.context.withImage(.name(story.volume.imageName), readOnly: false) { image in
                try image.createSnapshot("term")
            }
            var uuids: Set<String> = []
            for student in ["student-1", "student-2"] {
                // No filesystem is asked for: it is the template's.
                var plan = installation.plan(.filesystem(""), bytes: 2 * story.volume.capacity)
                plan.parameters["template"] = "\(story.volume.imageName)@term"
                plan.parameters["csi.storage.k8s.io/pvc/namespace"] = student
                let volume = try await controller.create(plan, of: installation)
                try await node.stage(volume)
                try await node.publish(volume)
                try story.expectWork(at: volume.target())
                let total = try await node.statistics(volume).usage.first { $0.unit == .bytes }?.total ?? 0
                #expect(total > story.volume.capacity * 3 / 2, "\(total)")
                uuids.insert(try await Self.uuid(at: volume))
                try await node.unpublish(volume)
                try await node.unstage(volume)
                try await controller.delete(volume)
            }
            #expect(uuids.count == 2)
            try await installation.context.withImage(.name(story.volume.imageName), readOnly: false) { image in
                try image.removeSnapshot("term")
            }
            try await controller.delete(story.volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    @Test(
        "In an encrypted class it is the same, under a key of each student's own; a new version is for new volumes only",
        arguments: ["ext4", "xfs"],
        LibraryFeatures.hasLayeredEncryption ? ["copied", "layered"] : ["copied"]
    )
    func encrypted(_ type: String, way: String) async throws {
        try await NodeStory.with(.filesystem(type)) { story in
            let (installation, controller) = (story.installation, story.controller)
            try await story.stage(publishing: true, thenUnpublishing: true)
            let node = try await installation.node()
            try await node.unstage(story.volume)
            func release(_ version: String) async throws {
                try await installation.context.withImage(.name(story.volume.imageName), readOnly: false) { image in
                    try image.createSnapshot(version)
                }
            }
            try await release("term-1")
            var volumes: [MadeVolume] = []
            for version in ["term-1", "term-1", "term-2"] {
                if version == "term-2" {
                    try await node.stage(story.volume)
                    try await node.publish(story.volume)
                    let added = story.volume.target().appending("added").string
                    try #require(FileManager.default.createFile(atPath: added, contents: Data("new".utf8)))
                    try await node.unpublish(story.volume)
                    try await node.unstage(story.volume)
                    try await release(version)
                }
                var plan = installation.plan(.filesystem(""), bytes: 2 * story.volume.capacity)
                    .encrypted(in: installation)
                plan.parameters["radosNamespace"] = installation.context.namespace
                plan.parameters["template"] = "\(story.volume.imageName)@\(version)"
                plan.parameters["encryptedTemplate"] = way
                plan.parameters["csi.storage.k8s.io/pvc/namespace"] = "student-\(volumes.count)"
                let volume = try await controller.create(plan, of: installation)
                #expect(volume.context["encryptedCopy"] == way)
                volumes.append(volume)
            }
            let keys = try await Leftovers.wrappedKeys(of: installation.context)
            #expect(Set(keys.map(\.dataKeyID)).count == 3)
            var uuids: Set<String> = []
            for (number, volume) in volumes.enumerated() {
                try await node.stage(volume)
                try await node.publish(volume)
                try story.expectWork(at: volume.target())
                let added = volume.target().appending("added").string
                #expect(FileManager.default.fileExists(atPath: added) == (number == 2))
                let total = try await node.statistics(volume).usage.first { $0.unit == .bytes }?.total ?? 0
                #expect(total > story.volume.capacity * 3 / 2, "\(total)")
                uuids.insert(try await Self.uuid(at: volume))
                // Of a killed data process' FUSE nothing is left, and the next one has what was written.
                if number == 0 { try await Self.kill(story, node, volume) }
                let larger = 3 * story.volume.capacity
                #expect(try await controller.expand(volume, to: larger) == larger)
                try await node.unpublish(volume)
                try await node.unstage(volume)
                try await node.stage(volume)
                try await node.publish(volume)
                try story.expectWork(at: volume.target())
                #expect(try FilesystemUsage(of: volume.target()).totalBytes > 5 * story.volume.capacity / 2)
                try await node.unpublish(volume)
                try await node.unstage(volume)
                try await controller.delete(volume)
            }
            #expect(uuids.count == 3)
            try await Self.removeBases(installation.context)
            try await installation.context.withImage(.name(story.volume.imageName), readOnly: false) { image in
                for version in ["term-1", "term-2"] { try image.removeSnapshot(version) }
            }
            try await controller.delete(story.volume)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    /// Removes what a controller with an identity of its own removes within the hour, once no volume needs it.
    private static func removeBases(_ context: IOContext) async throws {
        while try await !context.trash().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
        for image in try await context.images() where image.name.hasPrefix("csi-template-") {
            try await context.withImage(.id(image.id), readOnly: false) { try $0.removeSnapshot("base") }
            try await context.removeImage(image.name)
        }
    }

    private static func kill(_ story: NodeStory, _ node: LockerProcess, _ volume: MadeVolume) async throws {
        try await node.unpublish(volume)
        try await node.unstage(volume)
        await story.data.kill()
        _ = try await story.installation.data()
        try await insist { try await node.stage(volume) }
        try await node.publish(volume)
        try story.expectWork(at: volume.target())
    }
}
