// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

/// One call that changes something: what it needs, the call itself, and how all of it is removed again.
struct CallStory: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Makes what the call works on.
    let prepare: @Sendable (LockerProcess, Installation) async throws -> StoryProps
    /// The call. Made again after a kill, it has to succeed.
    let call: @Sendable (LockerProcess, StoryProps) async throws -> Void
    /// Removes what is left; nothing may be there afterwards.
    let cleanUp: @Sendable (LockerProcess, StoryProps) async throws -> Void
}

/// What a story works on.
struct StoryProps: Sendable {
    let installation: Installation
    let plan: VolumePlan
    /// The volume, where it is made before the call.
    var volume: MadeVolume?
    var snapshot: Snapshot?
    var group: VolumeGroupSnapshot?
    /// Another volume, in a group with the first.
    var other: MadeVolume?
}

extension CallStory {
    /// Every call of the controller that changes something.
    static let all: [CallStory] = [
        create, delete, expand, modify, publish, unpublish, snapshot, unsnapshot, restore, clone, group, ungroup,
        encrypt, encryptedCopy, destroy,
    ]

    /// Calls with a function of librbd's in them that does several things one after another, and how often to kill in it:
    /// seldom in one that opens the image, since the cluster then takes its client for alive for 30 s.
    static let compound: [(CallStory, String, Int64)] = [
        (create, "rbd_create4", 20), (delete, "rbd_trash_move", 12), (delete, "rbd_trash_remove_with_progress", 3),
        (expand, "rbd_resize2", 3), (unsnapshot, "rbd_snap_remove", 12),
    ]

    static let create = CallStory(
        testDescription: "CreateVolume",
        prepare: { _, installation in StoryProps(installation: installation, plan: installation.plan()) },
        call: { process, props in _ = try await process.create(props.plan, of: props.installation) },
        cleanUp: { process, props in
            try await process.delete(try await process.create(props.plan, of: props.installation))
        }
    )

    static let delete = CallStory(
        testDescription: "DeleteVolume",
        prepare: Self.withVolume,
        call: { process, props in try await process.delete(try #require(props.volume)) },
        cleanUp: { _, _ in }
    )

    static let expand = CallStory(
        testDescription: "ControllerExpandVolume",
        prepare: Self.withVolume,
        call: { process, props in try await process.expand(try #require(props.volume), to: 64 << 20) },
        cleanUp: { process, props in try await process.delete(try #require(props.volume)) }
    )

    static let modify = CallStory(
        testDescription: "ControllerModifyVolume",
        prepare: Self.withVolume,
        call: { process, props in
            let limits = ["maxIops": "1000", "maxReadBps": "10Mi"]
            try await process.modify(try #require(props.volume), limits)
        },
        cleanUp: { process, props in try await process.delete(try #require(props.volume)) }
    )

    static let publish = CallStory(
        testDescription: "ControllerPublishVolume",
        prepare: Self.withVolume,
        call: { process, props in try await process.attach(try #require(props.volume)) },
        cleanUp: { process, props in
            let volume = try #require(props.volume)
            try await process.detach(volume)
            try await process.delete(volume)
        }
    )

    static let unpublish = CallStory(
        testDescription: "ControllerUnpublishVolume",
        prepare: { process, installation in
            let props = try await Self.withVolume(process, installation)
            try await process.attach(try #require(props.volume))
            return props
        },
        call: { process, props in try await process.detach(try #require(props.volume)) },
        cleanUp: { process, props in try await process.delete(try #require(props.volume)) }
    )

    /// A volume of the plan's.
    static func withVolume(_ process: LockerProcess, _ installation: Installation) async throws -> StoryProps {
        let plan = installation.plan()
        let volume = try await process.create(plan, of: installation)
        return StoryProps(installation: installation, plan: plan, volume: volume)
    }
}
