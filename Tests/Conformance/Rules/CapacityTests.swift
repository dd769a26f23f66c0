// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

extension Conformance {
    /// GetCapacity and ControllerModifyVolume.
    struct CapacityTests {
        @Test("GC-1, GC-2, SA-44: There is a capacity, for a class and for none, and never a negative one")
        func capacity() async throws {
            try await Life.with(.capacity) { life in
                for parameters in [[:], life.peer.parameters] {
                    let answer = try await life.peer.controller.getCapacity(
                        .init(parameters: parameters),
                        timeout: Peer.patience
                    )
                    #expect(answer.availableCapacity >= 0)
                    let most = answer.maximumVolumeSize ?? .max
                    let least = answer.minimumVolumeSize ?? 0
                    #expect(least >= 0 && least <= most)
                }
                let asked = try await life.peer.controller.getCapacity(
                    .init(
                        volumeCapabilities: [Peer.mount()],
                        parameters: life.peer.parameters,
                        accessibleTopology: life.peer.node.accessibleTopology
                    ),
                    timeout: Peer.patience
                )
                #expect(asked.availableCapacity >= life.peer.size)
            }
        }

        @Test("GC-3: There is no room for what cannot be")
        func impossible() async throws {
            try await Life.with(.capacity) { life in
                do {
                    let answer = try await life.peer.controller.getCapacity(
                        .init(
                            volumeCapabilities: [Peer.mount(type: "fat12")],
                            parameters: life.peer.parameters
                        ),
                        timeout: Peer.patience
                    )
                    #expect(answer.availableCapacity == 0)
                } catch let error as RPCError {
                    #expect(error.code == .invalidArgument, "\(error)")
                }
            }
        }

        @Test("MV-1, MV-2, SA-49: Changing needs a volume, and changes that are all known")
        func modifyRefused() async throws {
            try await Life.with(.modify) { life in
                let volume = try await life.volume()
                func modify(_ id: String, _ parameters: [String: String]) async throws {
                    _ = try await life.peer.controller.controllerModifyVolume(
                        .init(volumeID: id, secrets: life.peer.secrets, mutableParameters: parameters),
                        timeout: Peer.patience
                    )
                }
                await refused(.invalidArgument, naming: ["volume_id"]) { try await modify("", ["x": "1"]) }
                await refused(.invalidArgument, naming: ["no-such-parameter"]) {
                    try await modify(volume.volumeID, ["no-such-parameter": "1"])
                }
                await refused(.invalidArgument, naming: ["XXX_FakeKey"]) {
                    try await life.volume { $0.mutableParameters = ["XXX_FakeKey": "XXX_FakeValue"] }
                }
            }
        }

        @Test("SA-48: No change at all is OK for a volume that exists, and NOT_FOUND for one that does not")
        func modifyNothing() async throws {
            try await Life.with(.modify) { life in
                let volume = try await life.volume()
                let nothing = ControllerModifyVolumeRequest(volumeID: volume.volumeID, secrets: life.peer.secrets)
                _ = try await life.peer.controller.controllerModifyVolume(nothing, timeout: Peer.patience)
                var missing = nothing
                missing.volumeID = "non-existing-volume-id"
                await refused(.notFound) {
                    try await life.peer.controller.controllerModifyVolume(missing, timeout: Peer.patience)
                }
            }
        }

        @Test("MV-3: Changing a volume that does not exist is NOT_FOUND")
        func modifyMissing() async throws {
            try await Life.with(.modify, .own) { life in
                let volume = try await life.volume()
                try await life.peer.delete(volume.volumeID)
                for id in [Peer.strangeID, volume.volumeID] {
                    await refused(.notFound, in: id) {
                        try await life.peer.controller.controllerModifyVolume(
                            .init(
                                volumeID: id,
                                secrets: life.peer.secrets,
                                mutableParameters: Self.changes(100)
                            ),
                            timeout: Peer.patience
                        )
                    }
                }
            }
        }

        @Test("MV-4, MV-5: A change is made once, however often it is asked for, and never by half")
        func modify() async throws {
            try await Life.with(.modify, .own) { life in
                let volume = try await life.volume()
                func modify(_ parameters: [String: String]) async throws {
                    _ = try await life.peer.controller.controllerModifyVolume(
                        .init(volumeID: volume.volumeID, secrets: life.peer.secrets, mutableParameters: parameters),
                        timeout: Peer.patience
                    )
                }
                func has(_ parameters: [String: String]) async throws -> Bool {
                    let answer = try await life.peer.controller.validateVolumeCapabilities(
                        .init(
                            volumeID: volume.volumeID,
                            volumeCapabilities: [Peer.mount()],
                            secrets: life.peer.secrets,
                            mutableParameters: parameters
                        ),
                        timeout: Peer.patience
                    )
                    return answer.confirmed != nil
                }
                for _ in 0..<2 { try await modify(Self.changes(100)) }
                #expect(try await has(Self.changes(100)))
                var half = Self.changes(200)
                half["no-such-parameter"] = "1"
                await refused(.invalidArgument, naming: ["no-such-parameter"]) { try await modify(half) }
                #expect(try await has(Self.changes(100)))
                #expect(try await !has(Self.changes(200)))
            }
        }

        /// What Locker knows how to change.
        private static func changes(_ limit: Int) -> [String: String] { ["maxReadIops": "\(limit)"] }
    }
}
