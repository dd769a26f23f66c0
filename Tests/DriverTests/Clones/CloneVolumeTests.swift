// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// CreateVolume with a source, through the socket.
@Suite(.timeLimit(.minutes(5)))
struct CloneVolumeTests {
    @Test("A copy of a volume and one of a snapshot are made, and answered with their sources")
    func made() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let offers = try await controller.controller.controllerGetCapabilities(.init()).capabilities
            #expect(offers.contains(ControllerServiceCapability(kind: .rpc(.init(type: .cloneVolume)))))
            let volume = try await controller.create(installation.plan(.rawBlock()), of: installation)
            let bytes: [UInt8] = [3, 1, 4, 1, 5]
            try await installation.context.withImage(.name(volume.imageName), readOnly: false) {
                try $0.write(offset: 4096, bytes)
            }
            let snapshot = try await volume.snapshot(by: controller)
            for source in [volume.source, snapshot] {
                var plan = volume.copyPlan(of: installation)
                plan.source = source
                for _ in 0..<2 {
                    let answer = try await controller.controller.createVolume(plan.request)
                    #expect(answer.volume?.contentSource == source)
                    #expect(answer.volume?.capacityBytes == volume.capacity)
                }
                let copy = try await controller.create(plan, of: installation)
                let found = try await installation.context.withImage(.name(copy.imageName), readOnly: true) {
                    try $0.read(offset: 4096, count: bytes.count)
                }
                #expect(found == bytes)
                // The name is this volume's, not one without a source.
                plan.source = nil
                await expectRefusal(.alreadyExists, naming: "source") {
                    try await controller.create(plan, of: installation)
                }
            }
            let plain = try await controller.controller.createVolume(installation.plan().request)
            #expect(plain.volume?.contentSource == nil)
        }
    }

    @Test("Sources that are none, and requests that do not fit them, are refused, and nothing is left of them")
    func refused() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(.rawBlock()), of: installation)
            let snapshot = try await volume.snapshot(by: controller)
            guard case .snapshot(let snapshotSource) = snapshot.kind else { return }
            let before = try await Leftovers.inCluster(installation.context)
            func refuse(
                _ code: RPCError.Code,
                _ words: String,
                _ source: VolumeContentSource,
                _ change: (inout CreateVolumeRequest) -> Void = { _ in }
            ) async {
                var plan = volume.copyPlan(of: installation)
                plan.source = source
                var request = plan.request
                change(&request)
                await expectRefusal(code, naming: words, in: words) {
                    try await controller.controller.createVolume(request)
                }
            }
            func of(volume id: String) -> VolumeContentSource { .init(kind: .volume(.init(volumeID: id))) }
            func of(snapshot id: String) -> VolumeContentSource { .init(kind: .snapshot(.init(snapshotID: id))) }
            await refuse(.invalidArgument, "neither a snapshot nor a volume", VolumeContentSource())
            await refuse(.invalidArgument, "volume.volume_id", of(volume: ""))
            await refuse(.invalidArgument, "snapshot.snapshot_id", of(snapshot: ""))
            await refuse(.notFound, "no-such", of(volume: "no-such-volume"))
            await refuse(.notFound, "no-such", of(snapshot: "no-such-snapshot"))
            await refuse(.invalidArgument, "snapshot", of(volume: snapshotSource.snapshotID))
            await refuse(.invalidArgument, "volume", of(snapshot: volume.id))
            for source in [volume.source, snapshot] {
                await refuse(.outOfRange, "required_bytes", source) { $0.capacityRange = .init(requiredBytes: 4 << 20) }
                await refuse(.outOfRange, "limit_bytes", source) { $0.capacityRange = .init(limitBytes: 4 << 20) }
                await refuse(.permissionDenied, "another student", source) {
                    $0.parameters["csi.storage.k8s.io/pvc/namespace"] = "student-2"
                }
                await refuse(.invalidArgument, "raw block", source) { $0.volumeCapabilities = [.filesystem()] }
            }
            let one = installation.configuration(monitors: installation.cluster.monitors).dropFirst().dropLast()
            try installation.write("[\(one),\(one.replacing("\"lab\"", with: "\"other\""))]", to: "config.json")
            await refuse(.invalidArgument, "another cluster", volume.source) { $0.parameters["clusterID"] = "other" }
            #expect(try await Leftovers.inCluster(installation.context) == before)
            _ = try await controller.controller.deleteSnapshot(
                DeleteSnapshotRequest(snapshotID: snapshotSource.snapshotID, secrets: volume.plan.secrets)
            )
            await refuse(.notFound, snapshotSource.snapshotID, snapshot)
            try await controller.delete(volume)
            await refuse(.notFound, volume.id, volume.source)
            try await Leftovers.waitUntilGone(installation.context)
        }
    }
}
