// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Locker
internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import Testing

/// Quotas while controllers are killed at any moment.
@Suite(.timeLimit(.minutes(10)))
struct QuotaKillTests {
    private static let students = 8
    private static let creations = 200

    @Test("Two hundred creations at once, controllers killed meanwhile: as many as fit, and the ledger has those")
    func concurrent() async throws {
        try await Installation.alone { installation in
            let pair = try await ControllerPair(installation)
            let course = "kill-\(installation.context.namespace)"
            var plans: [VolumePlan] = []
            for index in 0..<Self.creations {
                var plan = installation.plan(.rawBlock(), bytes: 8 << 20)
                plan.parameters.merge(["course": course, "studentQuota": "80Mi", "courseVolumes": "70"]) { $1 }
                plan.parameters["csi.storage.k8s.io/pvc/namespace"] = "student-\(index % Self.students)"
                plans.append(plan)
            }
            async let killing: Void = {
                for index in 0..<6 {
                    try await Task.sleep(for: .milliseconds(300 + index * 100))
                    try await pair.kill(index % 2)
                }
            }()
            let made = try await withThrowingTaskGroup(of: MadeVolume?.self) { group in
                for (index, plan) in plans.enumerated() {
                    group.addTask { try await Self.insist(on: plan, index: index, pair, installation) }
                }
                return try await group.reduce(into: [MadeVolume]()) { $0 += [$1].compactMap(\.self) }
            }
            try await killing
            #expect(await pair.kills == 6)
            #expect(made.count == 70)
            try await Self.check(made, course: course, installation)
            for volume in made { try await pair.process(0).delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    /// Asks until the answer is a volume, or that it does not fit.
    private static func insist(
        on plan: VolumePlan,
        index: Int,
        _ pair: ControllerPair,
        _ installation: Installation
    ) async throws -> MadeVolume? {
        var turn = index
        while true {
            turn += 1
            do {
                return try await pair.process(turn % 2).create(plan, of: installation)
            } catch let error as RPCError where error.code == .resourceExhausted {
                #expect(error.message.contains("lockerctl quota set --course kill"), "\(error)")
                return nil
            } catch let error as RPCError
                where [.aborted, .unavailable, .cancelled, .deadlineExceeded, .unknown].contains(error.code)
            {
                try await Task.sleep(for: .milliseconds(50))
            } catch is RuntimeError {
                // The client of a process that was killed: its successor has another.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Compares records, images and ledger with what was answered.
    private static func check(_ made: [MadeVolume], course: String, _ installation: Installation) async throws {
        let context = installation.context
        let records = try await VolumeListing().volumes(in: context)
        #expect(records.allSatisfy { $0.phase == .ready })
        #expect(Set(records.map(\.requestName)) == Set(made.map(\.plan.name)) && records.count == made.count)
        #expect(try await Set(context.images().map(\.name)) == Set(made.map(\.imageName)))
        let standings = try await CourseQuotas(course: course, io: context).standings()
        for standing in standings {
            let own = records.filter { standing.student.isEmpty || $0.student == standing.student }
            #expect(standing.volumes == Int64(own.count), "\(standing)")
            #expect(standing.bytes == own.map(\.payloadBytes).reduce(0, +), "\(standing)")
            #expect(standing.bounds.bytes.map { standing.bytes <= $0 } ?? true, "\(standing)")
            #expect(standing.bounds.volumes.map { standing.volumes <= $0 } ?? true, "\(standing)")
        }
        let page = try await context.omapPage(of: "locker.ledger.\(course)", prefix: "v/", limit: 1000)
        let entries = try page.entries.map { try LedgerEntry(decoding: $0.value) }
        #expect(entries.count == made.count && entries.map(\.bytes).reduce(0, +) == Int64(made.count) * 8 << 20)
    }
}
