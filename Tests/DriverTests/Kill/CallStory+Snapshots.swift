// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Testing

extension CallStory {
    static let snapshot = CallStory(
        testDescription: "CreateSnapshot",
        prepare: Self.withVolume,
        call: { process, props in _ = try await process.snapshot(props.plan.name, of: try #require(props.volume)) },
        cleanUp: { process, props in
            let volume = try #require(props.volume)
            let snapshot = try await process.snapshot(props.plan.name, of: volume)
            try await process.deleteSnapshot(snapshot.snapshotID, secrets: props.plan.secrets)
            try await process.delete(volume)
        }
    )

    static let unsnapshot = CallStory(
        testDescription: "DeleteSnapshot",
        prepare: Self.withSnapshot,
        call: { process, props in
            let snapshot = try #require(props.snapshot)
            try await process.deleteSnapshot(snapshot.snapshotID, secrets: props.plan.secrets)
        },
        cleanUp: { process, props in try await process.delete(try #require(props.volume)) }
    )

    static let restore = CallStory(
        testDescription: "CreateVolume from a snapshot",
        prepare: Self.withSnapshot,
        call: { process, props in
            let source = VolumeContentSource.Kind.copy(of: try #require(props.snapshot))
            _ = try await process.create(Self.copy(props), from: source, of: props.installation)
        },
        cleanUp: { process, props in
            let snapshot = try #require(props.snapshot)
            let source = VolumeContentSource.Kind.copy(of: snapshot)
            try await process.delete(try await process.create(Self.copy(props), from: source, of: props.installation))
            try await process.deleteSnapshot(snapshot.snapshotID, secrets: props.plan.secrets)
            try await process.delete(try #require(props.volume))
        }
    )

    static let clone = CallStory(
        testDescription: "CreateVolume from a volume",
        prepare: Self.withVolume,
        call: { process, props in
            let source = VolumeContentSource.Kind.copy(of: try #require(props.volume))
            _ = try await process.create(Self.copy(props), from: source, of: props.installation)
        },
        cleanUp: { process, props in
            let volume = try #require(props.volume)
            let source = VolumeContentSource.Kind.copy(of: volume)
            try await process.delete(try await process.create(Self.copy(props), from: source, of: props.installation))
            try await process.delete(volume)
        }
    )

    static let group = CallStory(
        testDescription: "CreateVolumeGroupSnapshot",
        prepare: Self.withTwoVolumes,
        call: { process, props in _ = try await process.group(props.plan.name, of: try Self.members(props)) },
        cleanUp: { process, props in
            let group = try await process.group(props.plan.name, of: try Self.members(props))
            try await process.delete(group, secrets: props.plan.secrets)
            for volume in try Self.members(props) { try await process.delete(volume) }
        }
    )

    static let ungroup = CallStory(
        testDescription: "DeleteVolumeGroupSnapshot",
        prepare: { process, installation in
            var props = try await Self.withTwoVolumes(process, installation)
            props.group = try await process.group(props.plan.name, of: try Self.members(props))
            return props
        },
        call: { process, props in try await process.delete(try #require(props.group), secrets: props.plan.secrets) },
        cleanUp: { process, props in
            for volume in try Self.members(props) { try await process.delete(volume) }
        }
    )

    /// A larger copy: growing it is a step of its own.
    private static func copy(_ props: StoryProps) -> VolumePlan {
        var plan = props.plan
        plan.name += "-copy"
        plan.bytes = 64 << 20
        return plan
    }

    private static func members(_ props: StoryProps) throws -> [MadeVolume] {
        [try #require(props.volume), try #require(props.other)]
    }

    private static func withSnapshot(_ process: LockerProcess, _ installation: Installation) async throws -> StoryProps
    {
        var props = try await Self.withVolume(process, installation)
        props.snapshot = try await process.snapshot(props.plan.name, of: try #require(props.volume))
        return props
    }

    private static func withTwoVolumes(
        _ process: LockerProcess,
        _ installation: Installation
    ) async throws -> StoryProps {
        var props = try await Self.withVolume(process, installation)
        props.other = try await process.create(installation.plan(), of: installation)
        return props
    }
}
