// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
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

    static let encryptedCopy = CallStory(
        testDescription: "CreateVolume from a volume, encrypted",
        prepare: Self.withEncryptedVolume,
        call: { process, props in
            let source = VolumeContentSource.Kind.copy(of: try #require(props.volume))
            _ = try await process.create(Self.encryptedCopy(props), from: source, of: props.installation)
        },
        cleanUp: { process, props in
            let volume = try #require(props.volume)
            let source = VolumeContentSource.Kind.copy(of: volume)
            let plan = Self.encryptedCopy(props)
            try await process.delete(try await process.create(plan, from: source, of: props.installation))
            try await process.delete(volume)
        }
    )

    static let destroy = CallStory(
        testDescription: "DeleteVolume, encrypted",
        prepare: Self.withEncryptedVolume,
        call: { process, props in try await process.delete(try #require(props.volume)) },
        cleanUp: { _, _ in }
    )

    private static func withEncryptedVolume(
        _ process: LockerProcess,
        _ installation: Installation
    ) async throws -> StoryProps {
        let plan = installation.plan().encrypted(in: installation)
        let volume = try await process.create(plan, of: installation)
        return StoryProps(installation: installation, plan: plan, volume: volume)
    }

    private static func encryptedCopy(_ props: StoryProps) -> VolumePlan {
        var plan = props.plan
        plan.name += "-copy"
        return plan
    }
}
