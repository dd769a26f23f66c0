// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// A controller that ends after any step of a group's snapshot, and whoever comes next.
@Suite(.timeLimit(.minutes(6)))
struct GroupRecoveryTests {
    static let steps = [
        "group.recorded", "group.gathered", "group.taken", "group.listed", "group.scattered", "group.ready",
    ]

    @Test("Ended at any step, it is finished by whoever comes next", arguments: steps, ["locker-0", "locker-1"])
    func create(step: String, successor: String) async throws {
        try await Laboratory.withVolumes(2) { laboratory, volumes in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.group(of: volumes) }
            if step != "group.ready" {
                let hasty = try laboratory.controller("locker-9", ahead: 15_000)
                await expectRefusal(.aborted, saying: "locker-0") { try await hasty.group(of: volumes) }
            }
            let second = try laboratory.controller(successor, ahead: successor == "locker-0" ? 0 : 20_000)
            let group = try await second.group(of: volumes)
            try await laboratory.expectOne(group, of: volumes)
            try await second.deleteGroup(group)
            try await laboratory.expectNoGroup(of: volumes)
        }
    }

    @Test("What nobody retries for an hour is taken back", arguments: steps.dropLast())
    func tidy(step: String) async throws {
        try await Laboratory.withVolumes(2) { laboratory, volumes in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            await #expect(throws: Interruption(step: step)) { try await first.group(of: volumes) }
            try await laboratory.controller("locker-1", ahead: 3_500_000).tidy()
            #expect(try await laboratory.groupRecords().count == 1)
            let cut = try laboratory.controller(
                "locker-1",
                hook: Interruption.hook(at: "tidy.ungrouping"),
                ahead: 3_700_000
            )
            await #expect(throws: Interruption(step: "tidy.ungrouping")) { try await cut.tidy() }
            try await laboratory.controller("locker-2", ahead: 3_800_000).tidy()
            try await laboratory.expectNoGroup(of: volumes)
        }
    }

    @Test(
        "Ended at any step, DeleteVolumeGroupSnapshot is finished by the retry, or by the janitor",
        arguments: ["ungroup.marked", "ungroup.removed", "ungroup.dissolved", "ungroup.forgotten", "ungroup.done"],
        [true, false]
    )
    func delete(step: String, isRetried: Bool) async throws {
        try await Laboratory.withVolumes(2) { laboratory, volumes in
            let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
            let group = try await first.group(of: volumes)
            await #expect(throws: Interruption(step: step)) { try await first.deleteGroup(group) }
            let second = try laboratory.controller("locker-1", ahead: 30_000)
            if step != "ungroup.done" {
                await expectRefusal(.notFound, saying: "does not exist") { try await second.findGroup(group) }
                await expectRefusal(.aborted, saying: "being deleted") { try await second.group(of: volumes) }
            }
            if isRetried { try await second.deleteGroup(group) } else { try await second.tidy() }
            try await laboratory.expectNoGroup(of: volumes)
        }
    }

    @Test("A volume that is deleted meanwhile is no part of a snapshot, whoever is first")
    func volumeDeleted() async throws {
        for step in ["group.recorded", "group.gathered", "group.taken"] {
            try await Laboratory.withVolumes(2) { laboratory, volumes in
                let remover = try laboratory.controller("locker-1")
                let first = try laboratory.controller("locker-0", hook: Interruption.hook(at: step))
                await #expect(throws: Interruption(step: step)) { try await first.group(of: volumes) }
                if step == "group.taken" {
                    await expectRefusal(.failedPrecondition, saying: "group") { try await remover.delete(volumes[1]) }
                    try await laboratory.expectOne(try await first.group(of: volumes), of: volumes)
                } else {
                    try await remover.delete(volumes[1])
                    await expectRefusal(.notFound, saying: volumes[1].text) { try await first.group(of: volumes) }
                    try await laboratory.expectNoGroup(of: [volumes[0]])
                    await remover.erased()
                    try await remover.delete(volumes[0])
                    await remover.erased(2)
                    try await laboratory.expectNothing()
                }
            }
        }
    }
}
