// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

extension Conformance {
    /// DeleteVolume, and ValidateVolumeCapabilities.
    struct DeleteVolumeTests {
        @Test("DV-1, SA-8: A volume is deleted once, and deleting it again, or what never was, is OK")
        func twice() async throws {
            try await Life.with { life in
                let volume = try await life.volume()
                try await life.peer.delete(volume.volumeID)
                try await life.peer.delete(volume.volumeID)
                try await life.peer.delete(Peer.strangeID)
                try await life.peer.delete("\(Peer.strangeID)/\u{1F9EA} with anything in it")
            }
        }

        @Test("DV-2: The id is required")
        func required() async throws {
            try await Life.with { life in
                await refused(.invalidArgument, naming: ["volume_id"]) {
                    try await life.peer.controller.deleteVolume(
                        .init(secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
            }
        }

        @Test("DV-3: A volume in use is FAILED_PRECONDITION, and stays")
        func inUse() async throws {
            try await Life.with(.stage) { life in
                let volume = try await life.volume()
                let placed = try await life.stage(volume)
                await refused(.failedPrecondition) { try await life.peer.delete(volume.volumeID) }
                try await life.publish(placed)
                await refused(.failedPrecondition) { try await life.peer.delete(volume.volumeID) }
            }
        }

        @Test("DV-4: A volume with snapshots is FAILED_PRECONDITION, or its snapshots outlive it")
        func snapshots() async throws {
            try await Life.with(.snapshots) { life in
                let request = life.request()
                let volume = try await life.volume(request)
                let snapshot = try await life.snapshot(of: volume)
                do {
                    try await life.peer.delete(volume.volumeID)
                } catch let error as RPCError {
                    #expect(error.code == .failedPrecondition)
                    #expect(!error.message.isEmpty)
                    // Refused: it is all there.
                    let again = try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                    #expect(again.volume == volume)
                    return
                }
                try await life.volume {
                    $0.volumeContentSource = .init(kind: .snapshot(.init(snapshotID: snapshot.snapshotID)))
                }
            }
        }

        @Test("DV-5: The name of a deleted volume is free, after a while")
        func name() async throws {
            try await Life.with { life in
                let request = life.request()
                let first = try await life.volume(request)
                try await life.peer.delete(first.volumeID)
                while true {
                    do {
                        let second = try await life.volume(request)
                        #expect(second.volumeID != first.volumeID)
                        // What is named by the old id is gone, whoever has the name now.
                        try await life.peer.delete(first.volumeID)
                        let again = try await life.peer.controller.createVolume(request, timeout: Peer.patience)
                        #expect(again.volume?.volumeID == second.volumeID)
                        return
                    } catch let error as RPCError where error.code == .aborted {
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
            }
        }

        @Test("VC-1, SA-9: What a volume can do is confirmed, as it was asked")
        func confirmed() async throws {
            try await Life.with { life in
                let volume = try await life.volume()
                var request = ValidateVolumeCapabilitiesRequest(
                    volumeID: volume.volumeID,
                    volumeCapabilities: [Peer.mount()],
                    secrets: life.peer.secrets
                )
                var answer = try await life.peer.controller.validateVolumeCapabilities(request, timeout: Peer.patience)
                #expect(answer.confirmed?.volumeCapabilities == [Peer.mount()])
                request.volumeContext = volume.volumeContext
                request.parameters = life.peer.parameters
                answer = try await life.peer.controller.validateVolumeCapabilities(request, timeout: Peer.patience)
                let confirmed = try #require(answer.confirmed, "\(answer.message)")
                #expect(confirmed.volumeCapabilities == [Peer.mount()])
                #expect(confirmed.volumeContext == volume.volumeContext)
                #expect(confirmed.parameters == life.peer.parameters)
            }
        }

        @Test("VC-2: What it cannot do is not confirmed, with a reason and without an error")
        func unconfirmed() async throws {
            try await Life.with { life in
                let volume = try await life.volume()
                var requests = [[Peer.mount(type: "fat12")], [Peer.mount(), Peer.mount(type: "fat12")]].map {
                    ValidateVolumeCapabilitiesRequest(
                        volumeID: volume.volumeID,
                        volumeCapabilities: $0,
                        secrets: life.peer.secrets
                    )
                }
                requests.append(
                    ValidateVolumeCapabilitiesRequest(
                        volumeID: volume.volumeID,
                        volumeContext: volume.volumeContext.mapValues { $0 + "x" },
                        volumeCapabilities: [Peer.mount()],
                        secrets: life.peer.secrets
                    )
                )
                requests.append(
                    ValidateVolumeCapabilitiesRequest(
                        volumeID: volume.volumeID,
                        volumeCapabilities: [Peer.mount()],
                        parameters: ["no-such-parameter": "1"],
                        secrets: life.peer.secrets
                    )
                )
                for request in requests {
                    let answer = try await life.peer.controller.validateVolumeCapabilities(
                        request,
                        timeout: Peer.patience
                    )
                    #expect(answer.confirmed == nil, "\(request)")
                    #expect(!answer.message.isEmpty)
                }
            }
        }

        @Test("VC-3, SA-10: A volume that does not exist is NOT_FOUND")
        func missing() async throws {
            try await Life.with { life in
                let volume = try await life.volume()
                try await life.peer.delete(volume.volumeID)
                for id in [Peer.strangeID, volume.volumeID] {
                    await refused(.notFound, naming: [id]) {
                        try await life.peer.controller.validateVolumeCapabilities(
                            .init(volumeID: id, volumeCapabilities: [Peer.mount()], secrets: life.peer.secrets),
                            timeout: Peer.patience
                        )
                    }
                }
            }
        }

        @Test("VC-4, SA-11: The id and the capabilities are required")
        func requiredToValidate() async throws {
            try await Life.with { life in
                let volume = try await life.volume()
                await refused(.invalidArgument, naming: ["volume_id"]) {
                    try await life.peer.controller.validateVolumeCapabilities(
                        .init(volumeCapabilities: [Peer.mount()], secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
                await refused(.invalidArgument, naming: ["volume_capabilities"]) {
                    try await life.peer.controller.validateVolumeCapabilities(
                        .init(volumeID: volume.volumeID, secrets: life.peer.secrets),
                        timeout: Peer.patience
                    )
                }
            }
        }
    }
}
