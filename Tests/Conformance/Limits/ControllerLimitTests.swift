// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Rados
internal import Redaction
internal import TestSupport
internal import Testing

extension Conformance {
    /// Requests to the Controller that break the specification's limits: refused in words, and nothing is made.
    struct ControllerLimitTests {
        /// Checks cases against a RADOS namespace of their own, which has to be as empty afterwards.
        private static func check(
            _ needs: [Need] = [],
            _ cases: (Peer, [String: String]) throws -> [LimitCase]
        ) async throws {
            let peer = try Peer.inUse()
            try peer.require(needs)
            guard let own = peer.own else {
                for item in try cases(peer, peer.parameters) { await item.check(peer) }
                return
            }
            try await own.cluster.withNamespace { context in
                for item in try cases(peer, own.parameters(namespace: context.namespace)) { await item.check(peer) }
                #expect(try await OwnPlugin.census(of: context) == 0, "what was refused has left something behind")
            }
        }

        private static func create(
            _ what: String,
            _ code: RPCError.Code,
            naming word: String,
            _ parameters: [String: String],
            _ change: @escaping @Sendable (inout CreateVolumeRequest) -> Void
        ) -> [LimitCase] {
            [
                LimitCase(what, code, naming: word) { peer in
                    var request = CreateVolumeRequest(
                        name: peer.name("limit"),
                        capacityRange: CapacityRange(requiredBytes: peer.size),
                        volumeCapabilities: [Peer.mount()],
                        parameters: parameters,
                        secrets: peer.secrets
                    )
                    change(&request)
                    _ = try await peer.controller.createVolume(request, timeout: Peer.patience)
                }
            ]
        }

        @Test("GE-1, GE-3, GE-4, GE-8, GE-9, GE-13, GE-14: CreateVolume keeps to every limit, or nothing is made")
        func createVolume() async throws {
            try await Self.check { peer, parameters in
                let size = peer.size
                var cases: [LimitCase] = []
                cases += Self.create("long name", .invalidArgument, naming: "name", parameters) { $0.name = Lies.long }
                // Bytes, not characters.
                cases += Self.create("name of 43 × 3 bytes", .invalidArgument, naming: "name", parameters) {
                    $0.name = String(repeating: "한", count: 43)
                }
                for (name, word) in Lies.names {
                    cases += Self.create("name with \(word)", .invalidArgument, naming: word, parameters) {
                        $0.name = name
                    }
                }
                for (what, capability, word) in Lies.capabilities {
                    cases += Self.create(what, .invalidArgument, naming: word, parameters) {
                        $0.volumeCapabilities = [capability]
                    }
                    cases += Self.create("\(what), second", .invalidArgument, naming: word, parameters) {
                        $0.volumeCapabilities = [Peer.mount(), capability]
                    }
                }
                cases += Self.create("4 KiB parameters", .invalidArgument, naming: "parameters", parameters) {
                    $0.parameters.merge(Lies.large) { $1 }
                }
                cases += Self.create("mutable parameters", .invalidArgument, naming: "mutable_parameters", parameters) {
                    $0.mutableParameters = Lies.large
                }
                cases += Self.create("4 KiB secrets", .invalidArgument, naming: "secrets", parameters) {
                    $0.secrets.merge(Lies.largeSecrets) { $1 }
                }
                cases += Self.create("negative", .invalidArgument, naming: "negative", parameters) {
                    $0.capacityRange = CapacityRange(requiredBytes: -1)
                }
                cases += Self.create("negative limit", .invalidArgument, naming: "negative", parameters) {
                    $0.capacityRange = CapacityRange(requiredBytes: size, limitBytes: .min)
                }
                cases += Self.create("both zero", .invalidArgument, naming: "capacity_range", parameters) {
                    $0.capacityRange = CapacityRange()
                }
                cases += Self.create("limit below required", .outOfRange, naming: "limit", parameters) {
                    $0.capacityRange = CapacityRange(requiredBytes: size * 2, limitBytes: size)
                }
                cases += Self.create("everything there is", .outOfRange, naming: "\(Int64.max)", parameters) {
                    $0.capacityRange = CapacityRange(requiredBytes: .max)
                }
                cases += Self.create("long snapshot", .invalidArgument, naming: "volume_content_source", parameters) {
                    $0.volumeContentSource = .init(kind: .snapshot(.init(snapshotID: Lies.long)))
                }
                cases += Self.create("long volume", .invalidArgument, naming: "volume_content_source", parameters) {
                    $0.volumeContentSource = .init(kind: .volume(.init(volumeID: Lies.long)))
                }
                return cases
            }
        }

        @Test("GE-16: Secrets' keys are what the specification lets them be")
        func secretKeys() async throws {
            try await Self.check { _, parameters in
                ["", "with space", "slash/", "ümlaut", "nul\u{1}"].flatMap { key in
                    Self.create("key \"\(key)\"", .invalidArgument, naming: "secrets", parameters) {
                        $0.secrets[key] = Secret(Lies.marker)
                    }
                }
            }
        }

        @Test("GE-2: Every call of the Controller names the field it misses")
        func required() async throws {
            try await Self.check { peer, _ in
                let secrets = peer.secrets
                var cases = [
                    LimitCase("DeleteVolume", .invalidArgument, naming: "volume_id") {
                        _ = try await $0.controller.deleteVolume(.init(secrets: secrets))
                    },
                    LimitCase("ValidateVolumeCapabilities", .invalidArgument, naming: "volume_id") {
                        _ = try await $0.controller.validateVolumeCapabilities(.init(secrets: secrets))
                    },
                ]
                if Need.expand.isMet(by: peer) {
                    cases.append(
                        LimitCase("ControllerExpandVolume", .invalidArgument, naming: "volume_id") {
                            _ = try await $0.controller.controllerExpandVolume(.init(secrets: secrets))
                        }
                    )
                }
                return cases
            }
        }

        @Test("GE-10: Ids that are too long, or of another kind, are no volume's")
        func ids() async throws {
            try await Life.with { life in
                let peer = life.peer
                let volume = try await life.volume()
                var foreign = [Lies.long, String(repeating: "A", count: 128), "0001-0009-rook-ceph-0000000000000001-x"]
                if Need.snapshots.isMet(by: peer) {
                    foreign.append(try await life.snapshot(of: volume).snapshotID)
                }
                for id in foreign {
                    let codes: [RPCError.Code] = [.invalidArgument, .notFound, .failedPrecondition]
                    let calls: [@Sendable (Peer) async throws -> Void] = [
                        {
                            _ = try await $0.controller.validateVolumeCapabilities(
                                .init(volumeID: id, volumeCapabilities: [Peer.mount()], secrets: $0.secrets)
                            )
                        },
                        { _ = try await $0.nodes.nodeGetVolumeStats(.init(volumeID: id, volumePath: "/nowhere")) },
                    ]
                    for call in calls {
                        do {
                            try await call(peer)
                            Issue.record("\(id) was taken for a volume")
                        } catch let error as RPCError {
                            #expect(codes.contains(error.code), "\(id): \(error)")
                            #expect(!error.message.isEmpty)
                        }
                    }
                    // It may be that nothing is there, but not that something else goes.
                    do { try await peer.delete(id) } catch let error as RPCError {
                        #expect(codes.contains(error.code), "\(id): \(error)")
                    }
                }
                let answer = try await peer.controller.validateVolumeCapabilities(
                    .init(volumeID: volume.volumeID, volumeCapabilities: [Peer.mount()], secrets: peer.secrets)
                )
                #expect(answer.confirmed != nil)
            }
        }

        @Test("GE-5: Secrets are in no message, and in no log")
        func secrets() async throws {
            try await Life.with { life in
                let message = await refused(.invalidArgument, .unauthenticated) {
                    try await life.volume {
                        $0.secrets["userKey"] = Secret(Lies.marker)
                        $0.secrets["password"] = Secret(Lies.marker)
                    }
                }
                #expect(!message.contains(Lies.marker))
                try await life.volume { $0.secrets["password"] = Secret(Lies.marker) }
                if let own = life.peer.own {
                    #expect(try !own.output().contains(Lies.marker))
                    #expect(try !own.output().contains(own.cluster.csi.key.reveal()))
                }
            }
        }

        @Test("GE-6: Creating, growing and deleting one volume at once end well, or ABORTED")
        func together() async throws {
            try await Life.with(.expand) { life in
                let volume = try await life.volume()
                let peer = life.peer
                let size = peer.size * 2
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            try await Self.letAborted(.notFound) {
                                _ = try await peer.controller.controllerExpandVolume(
                                    .init(
                                        volumeID: volume.volumeID,
                                        capacityRange: CapacityRange(requiredBytes: size),
                                        secrets: peer.secrets
                                    ),
                                    timeout: Peer.patience
                                )
                            }
                        }
                        group.addTask { try await Self.letAborted { try await peer.delete(volume.volumeID) } }
                    }
                    try await group.waitForAll()
                }
            }
        }

        private static func letAborted(_ other: RPCError.Code = .aborted, _ call: () async throws -> Void) async throws
        {
            do {
                try await call()
            } catch let error as RPCError where [.aborted, other].contains(error.code) {
                #expect(!error.message.isEmpty)
            }
        }
    }
}
