// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Testing

extension CallStory {
    static let encrypt = CallStory(
        testDescription: "CreateVolume, encrypted",
        prepare: { _, installation in
            StoryProps(installation: installation, plan: installation.plan().encrypted(in: installation))
        },
        call: { process, props in _ = try await process.create(props.plan, of: props.installation) },
        cleanUp: { process, props in
            try await process.delete(try await process.create(props.plan, of: props.installation))
        }
    )

    static let destroy = CallStory(
        testDescription: "DeleteVolume, encrypted",
        prepare: { process, installation in
            let plan = installation.plan().encrypted(in: installation)
            let volume = try await process.create(plan, of: installation)
            return StoryProps(installation: installation, plan: plan, volume: volume)
        },
        call: { process, props in try await process.delete(try #require(props.volume)) },
        cleanUp: { _, _ in }
    )
}
