// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import Rados
internal import TestSupport
internal import Testing

/// A class of several pools one of which does not answer.
@Suite(.timeLimit(.minutes(3)))
struct SilentPoolTests {
    @Test("It stops no volume that has to be elsewhere, and is named where the volume could be in it")
    func silent() async throws {
        let cluster = try await TestCluster.start(store: .memstore, manager: .no)
        let timeouts = CephTimeouts(connect: .seconds(5), monitor: .seconds(10), osd: .seconds(2))
        try await cluster.withVolumes(timeouts: timeouts) { volumes, admin in
            // Its placement groups never come up: it wants more hosts than there are.
            _ = try await admin.monitorCommand(["prefix": "osd pool create", "pool": "down", "pool_type": "erasure"])
            let pools = [("students", "east"), ("down", "west")].map { pool, region in
                #"{"poolName":"\#(pool)","domainSegments":[{"domainLabel":"region","value":"\#(region)"}]}"#
            }
            var request = VolumeRequest(
                name: "pvc-1",
                capacity: try CapacityBounds(required: 8 << 20, limit: 0),
                parameters: try ClassParameters([
                    "clusterID": "lab", "topologyConstrainedPools": "[\(pools.joined(separator: ","))]",
                ]),
                capabilities: [Capability(block: true, accessMode: 1)]
            )
            let location = VolumeLocation(clusterID: "lab", target: cluster.csi)
            let (east, west) = (Laboratory.region("east"), Laboratory.region("west"))
            for wish in [TopologyWish(requisite: [east, west], preferred: [east]), TopologyWish()] {
                request.topology = wish
                await expectRefusal(.unavailable, saying: "\"down\"", "pvc-1", "--strict-topology") {
                    try await volumes.create(request, at: location, configuredNamespace: "")
                }
            }
            request.topology = TopologyWish(requisite: [east])
            let volume = try await volumes.create(request, at: location, configuredNamespace: "")
            #expect(volume.pool == "students")
            #expect(try await volumes.create(request, at: location, configuredNamespace: "") == volume)
        }
    }
}
