// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// Random calls, repeated, doubled and cut short by kill -9, on two controllers at once, against a model of what has to
/// be there.
///
/// `LOCKER_MODEL_SEED` plays a seed again, which a failure prints; `LOCKER_MODEL_STEPS` says how many calls (2,000).
@Suite(.timeLimit(.minutes(10)))
struct ModelTests {
    private static let lanes = 3
    private static let rounds = 5

    @Test("Whatever is called, killed and repeated, what the answers say is there, and nothing else")
    func random() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["LOCKER_MODEL_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64(UInt32.max))
        let steps = environment["LOCKER_MODEL_STEPS"].flatMap { Int($0) } ?? 2000
        print("model: LOCKER_MODEL_SEED=\(seed) LOCKER_MODEL_STEPS=\(steps)")
        try await Installation.alone { installation in
            let pair = try await ControllerPair(installation)
            var lanes = (0..<Self.lanes).map {
                ModelLane(UInt64($0), seed: seed, installation: installation, pair: pair)
            }
            for round in 0..<Self.rounds {
                lanes = try await Self.all(lanes) { try await $0.play(steps: steps / Self.lanes / Self.rounds) }
                try await ModelAudit(lanes, installation: installation).check(by: await pair.process(round % 2))
            }
            lanes = try await Self.all(lanes) { try await $0.empty() }
            print("model: \(await pair.kills) kills, \(lanes.map(\.ids.count).reduce(0, +)) volumes and snapshots")
            // Parents wait for their last clone, which may have been the other controller's to remove: the next start
            // finds them.
            for index in 0..<2 { await pair.process(index).terminate() }
            _ = try await installation.controller(name: "c2", hasIdentity: true)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }

    private static func all(
        _ lanes: [ModelLane],
        _ body: @escaping @Sendable (inout ModelLane) async throws -> Void
    ) async throws -> [ModelLane] {
        try await withThrowingTaskGroup(of: (Int, ModelLane).self) { group in
            for (index, lane) in lanes.enumerated() {
                group.addTask {
                    var lane = lane
                    try await body(&lane)
                    return (index, lane)
                }
            }
            var done = lanes
            for try await (index, lane) in group { done[index] = lane }
            return done
        }
    }
}
