// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Logging
internal import Rados
internal import Testing

/// A controller of the test's own: connections, operations and erasures that no other one shares.
struct Controller: Sendable {
    let volumes: Volumes
    let erasures: Erasures
    let clusters: ClusterPool
    let operations = OperationRegistry()
    let location: VolumeLocation
    let namespace: String
    /// What the erasures have said and done.
    let events: EventLog

    /// Makes a volume as the controller server does: one operation per volume at a time.
    func create(_ request: VolumeRequest) async throws -> VolumeDescription {
        try await self.operations.run(
            key: request.name,
            label: request.name,
            what: "CreateVolume",
            request: request
        ) {
            try await self.volumes.create(request, at: self.location, configuredNamespace: self.namespace)
        }
    }

    /// Makes a volume, however often another controller has it in work.
    func createPatiently(_ request: VolumeRequest) async throws -> VolumeDescription {
        while true {
            do {
                return try await self.create(request)
            } catch let error as LockerError where error.code == .aborted {
                await Task.yield()
            }
        }
    }

    func delete(_ handle: VolumeHandle) async throws {
        try await self.volumes.delete(handle, at: self.location, candidates: [self.namespace])
    }

    func expand(_ handle: VolumeHandle, to required: Int64, limit: Int64 = 0) async throws -> Int64 {
        let bounds = try CapacityBounds(required: required, limit: limit)
        return try await self.volumes.expand(
            handle,
            to: bounds,
            at: self.location,
            candidates: [self.namespace]
        )
    }

    func find(_ handle: VolumeHandle) async throws -> VolumeDescription? {
        try await self.volumes.find(handle, at: self.location, candidates: [self.namespace])
    }

    /// Takes on what other controllers left to erase.
    func sweep(pool: String = "students") async {
        await self.erasures.sweep(pool: pool, namespace: self.namespace, target: self.location.target)
    }

    /// Waits until so many volumes' data are gone in all.
    func erased(_ count: Int = 1) async {
        await self.events.wait(for: "erase.recorded", count: count)
    }

    /// The context that changes are made with; its connection is what another controller would fence.
    func mutationContext(pool: String = "students") async throws -> (lease: ClusterLease, io: IOContext) {
        let lease = try await self.clusters.cluster(for: self.location.target, purpose: .mutation)
        return (lease, try await lease.cluster.ioContext(pool: pool, namespace: self.namespace))
    }

    /// Ends it as SIGTERM would.
    func close() async {
        await self.operations.drain()
        await self.volumes.finishAfterwards()
        await self.erasures.close()
        await self.clusters.close()
    }
}
