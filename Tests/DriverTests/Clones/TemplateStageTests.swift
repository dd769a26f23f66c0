// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Host
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
}
