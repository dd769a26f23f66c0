// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import TestSupport
internal import Testing

extension CallStory {
    /// Creations of which a quota has, or has not, room for all.
    static let quota: [CallStory] = [fitting, refused, refusedCopy]

    /// Killed after it was counted, the retry would be refused if it were measured anew.
    private static let fitting = CallStory(
        testDescription: "CreateVolume that fills a quota",
        prepare: { _, installation in
            StoryProps(installation: installation, plan: Self.bounded(installation.plan(), bytes: "32Mi", volumes: "1"))
        },
        call: Self.create.call,
        cleanUp: Self.create.cleanUp
    )

    private static let refused = CallStory(
        testDescription: "CreateVolume over a quota",
        prepare: { _, installation in
            StoryProps(installation: installation, plan: Self.bounded(installation.plan(), bytes: "28Mi", volumes: "1"))
        },
        call: { process, props in
            try await Self.expectOverQuota { _ = try await process.create(props.plan, of: props.installation) }
        },
        // Nothing is there to be removed.
        cleanUp: { _, _ in }
    )

    private static let refusedCopy = CallStory(
        testDescription: "CreateVolume from a volume over a quota",
        prepare: { process, installation in
            let plan = Self.bounded(installation.plan(), bytes: "1Gi", volumes: "1")
            let volume = try await process.create(plan, of: installation)
            return StoryProps(installation: installation, plan: plan, volume: volume)
        },
        call: { process, props in
            let source = VolumeContentSource.Kind.copy(of: try #require(props.volume))
            var plan = props.plan
            plan.name += "-copy"
            try await Self.expectOverQuota { [plan] in
                _ = try await process.create(plan, from: source, of: props.installation)
            }
        },
        cleanUp: { process, props in try await process.delete(try #require(props.volume)) }
    )

    private static func bounded(_ plan: VolumePlan, bytes: String, volumes: String) -> VolumePlan {
        var plan = plan
        plan.parameters.merge(["course": "stories", "studentQuota": bytes, "courseVolumes": volumes]) { $1 }
        return plan
    }

    /// The answer that the call has to have; any other failure is the caller's.
    private static func expectOverQuota(_ call: () async throws -> Void) async throws {
        do {
            try await call()
        } catch let error as RPCError where error.code == .resourceExhausted {
            return
        }
        throw SetUpError("what a quota has no room for was made")
    }
}
