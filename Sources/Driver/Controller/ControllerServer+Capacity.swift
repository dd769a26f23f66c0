// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import LockerProto
internal import Rados

extension ControllerServer {
    package func getCapacity(
        _ request: GetCapacityRequest,
        context: ServerContext
    ) async throws -> GetCapacityResponse {
        try FieldRules.map(request.parameters, "parameters")
        for (index, capability) in request.volumeCapabilities.enumerated() {
            try capability.validate("volume_capabilities[\(index)]")
        }
        if let place = request.accessibleTopology {
            guard !place.segments.isEmpty else { throw FieldError("accessible_topology", "has no segments") }
            try FieldRules.map(place.segments, "accessible_topology")
        }
        guard !request.parameters.isEmpty else { return try await self.wholeCapacity(request) }
        let parameters = try ClassParameters(request.parameters)
        let entry = try self.catalog.clusters().entry(parameters.clusterID)
        guard let capabilities = Self.offered(request.volumeCapabilities) else { return Self.answer(.none, 0) }
        let wanted = VolumeRequest(
            name: "",
            capacity: try CapacityBounds(required: 1, limit: 0),
            parameters: parameters,
            capabilities: capabilities
        )
        let smallest = try wanted.capacity.size(smallest: wanted.smallestSize)
        let capacity = try await self.volumes.capacity(
            for: parameters,
            smallest: smallest,
            from: request.accessibleTopology?.segments,
            configuredNamespace: entry.radosNamespace,
            target: try self.identity(on: entry)
        )
        return Self.answer(capacity, smallest)
    }

    /// What there is in all clusters that Locker may ask, for a request that names no class.
    private func wholeCapacity(_ request: GetCapacityRequest) async throws -> GetCapacityResponse {
        guard let capabilities = Self.offered(request.volumeCapabilities) else { return Self.answer(.none, 0) }
        let identities = try self.catalog.identities()
        let known = try self.catalog.clusters().entries.compactMap { entry in
            try self.knownIdentity(on: entry).map { (entry, $0) }
        }
        guard !known.isEmpty else { throw Self.noIdentity("any cluster") }
        var (available, largest): (Int64, Int64) = (0, 0)
        for (entry, target) in known {
            let pools = identities.first { $0.clusterID == entry.clusterID }?.pools
            let capacity = try await self.volumes.capacity(of: pools, target: target)
            available =
                available.addingReportingOverflow(capacity.available).overflow
                ? .max : available + capacity.available
            largest = max(largest, capacity.largest)
        }
        let plain = try ClassParameters(["clusterID": known[0].0.clusterID, "pool": "any"])
        let bounds = try CapacityBounds(required: 1, limit: 0)
        let wanted = VolumeRequest(name: "", capacity: bounds, parameters: plain, capabilities: capabilities)
        let smallest = try bounds.size(smallest: wanted.smallestSize)
        let capacity = Capacity(available: available, largest: largest < smallest ? 0 : largest)
        return Self.answer(capacity, smallest)
    }

    /// The capabilities as records have them; `nil` if there is one that no volume can have.
    private static func offered(_ capabilities: [VolumeCapability]) -> [Capability]? {
        guard !capabilities.isEmpty else { return [] }
        return try? CapabilityRules.records(of: capabilities)
    }

    private static func answer(_ capacity: Capacity, _ smallest: Int64) -> GetCapacityResponse {
        GetCapacityResponse(
            availableCapacity: capacity.available,
            maximumVolumeSize: capacity.largest,
            // Where nothing fits, the smallest would be more than the largest.
            minimumVolumeSize: capacity.largest == 0 ? nil : smallest
        )
    }

    /// GetCapacity brings no secrets, so Locker asks as itself, or as whoever has made a volume there.
    private func identity(on entry: ClusterConfiguration.Entry) throws -> ClusterTarget {
        guard let target = try self.knownIdentity(on: entry) else {
            throw Self.noIdentity("cluster \"\(entry.clusterID)\"")
        }
        return target
    }

    private func knownIdentity(on entry: ClusterConfiguration.Entry) throws -> ClusterTarget? {
        try self.catalog.identity(on: entry) ?? self.catalog.met.target(on: entry)
    }

    private static func noIdentity(_ what: String) -> LockerError {
        LockerError(
            .failedPrecondition,
            "the free space of \(what) cannot be asked for: GetCapacity brings no secrets, and this process has no user"
                + " there. Give the controller --instance-config (until then it asks as the user of the first volume made)"
        )
    }
}
