// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados

extension Laboratory {
    /// Lends the same namespace of the pool `rbd`, and removes what is in it afterwards.
    func withTwin(_ body: (IOContext) async throws -> Void) async throws {
        let root = try await self.io.cluster.ioContext(pool: "rbd")
        try await root.createNamespace(self.io.namespace)
        let twin = try await self.io.cluster.ioContext(pool: "rbd", namespace: self.io.namespace)
        do {
            try await body(twin)
        } catch {
            // The test's own error is the one to report.
            try? await Self.empty(twin, of: root)
            throw error
        }
        try await Self.empty(twin, of: root)
    }

    private static func empty(_ twin: IOContext, of root: IOContext) async throws {
        for name in try await twin.objects() { try await twin.remove(name) }
        try await root.removeNamespace(twin.namespace)
    }

    /// The segments of a region.
    static func region(_ name: String) -> [String: String] { ["topology.test/region": name] }

    /// A request for a volume of a class with a pool in the east, `students`, and one in the west, `rbd`.
    func constrained(
        _ name: String = "pvc-1",
        requisite: [String] = [],
        preferred: [String] = [],
        regions: [String] = ["east", "west"],
        required: Int64 = 8 << 20
    ) throws -> VolumeRequest {
        let pools = regions.map { region in
            #"{"poolName":"\#(region == "west" ? "rbd" : region == "east" ? "students" : "none-\(region)")","#
                + #""domainSegments":[{"domainLabel":"region","value":"\#(region)"}]}"#
        }
        var request = VolumeRequest(
            name: name,
            capacity: try CapacityBounds(required: required, limit: 0),
            parameters: try ClassParameters([
                "clusterID": "lab", "topologyConstrainedPools": "[\(pools.joined(separator: ","))]",
                "course": "informatics-\(self.io.namespace)", "csi.storage.k8s.io/pvc/namespace": "ada",
            ]),
            capabilities: [Capability(block: true, accessMode: 1)]
        )
        request.topology = TopologyWish(
            requisite: requisite.map(Self.region),
            preferred: preferred.map(Self.region)
        )
        return request
    }
}
