// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import Testing

/// The controller killed between any two steps of publishing and unpublishing: the retry finishes the call.
@Suite(.timeLimit(.minutes(10)))
struct PublishKillTests {
    @Test("ControllerPublishVolume is finished by the retry", arguments: KillSteps.controllerPublish)
    func publish(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            let killed = try await story.installation.controller(killedAt: step, name: "killed")
            await #expect(throws: RPCError.self) { try await killed.attach(story.volume) }
            try #require(await killed.wait() == 128 + SIGKILL)
            try await story.controller.attach(story.volume)
            await expectRefusal(.failedPrecondition, naming: "n1") {
                try await story.controller.attach(story.volume, to: "n2")
            }
            let node = try await story.installation.node()
            try await node.stage(story.volume)
            try await node.unstage(story.volume)
            try await story.controller.detach(story.volume)
            try await story.finish(node)
        }
    }

    @Test(
        "ControllerUnpublishVolume of a silent node is finished by the retry",
        arguments: KillSteps.controllerUnpublish
    )
    func unpublish(step: String) async throws {
        try await NodeStory.with(.filesystem()) { story in
            try await story.controller.attach(story.volume)
            try await story.stage(publishing: true, thenUnpublishing: true)
            let killed = try await story.installation.controller(killedAt: step, name: "killed")
            await #expect(throws: RPCError.self) { try await killed.detach(story.volume) }
            try #require(await killed.wait() == 128 + SIGKILL)
            try await story.controller.detach(story.volume)
            try await story.controller.attach(story.volume, to: "n2")
            let node = try await story.installation.node()
            await expectRefusal(.failedPrecondition, naming: "n2") { try await node.stage(story.volume) }
            try await node.unstage(story.volume)
            try await story.controller.detach(story.volume, from: "n2")
            try await story.finish(node)
        }
    }
}
