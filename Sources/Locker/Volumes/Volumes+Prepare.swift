// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// What is looked at once per pool and namespace: that the namespace exists, that the course is registered, and
    /// that erasures and flattenings a former process left go on.
    func prepare(_ io: IOContext, request: VolumeRequest, location: VolumeLocation) async throws {
        if !self.namespaces.knows(io) {
            if !io.namespace.isEmpty, try await !self.exists(io) {
                guard request.namespace == .ofCourse(io.namespace) else {
                    throw LockerError(
                        .invalidArgument,
                        "RADOS namespace \"\(io.namespace)\" does not exist in pool \(io.poolName); make it with:"
                            + " rbd namespace create \(io.poolName)/\(io.namespace)"
                    )
                }
                try await self.makeNamespace(io)
            }
            self.namespaces.add(io.namespace, fsid: io.cluster.fsid, poolID: io.poolID)
            await self.erasures.sweep(pool: io.poolName, namespace: io.namespace, target: location.target)
            await self.flattenings.sweep(pool: io.poolName, namespace: io.namespace, target: location.target)
        }
        self.meet(clusterDigest: Digest.short(location.clusterID), io: io)
        let course = self.course(of: request, io: io)
        try await self.namespaces.register(course: course, io: io, clock: self.clock)
    }

    private func exists(_ io: IOContext) async throws -> Bool {
        let main = try await io.cluster.ioContext(poolID: io.poolID)
        do {
            return try await main.namespaceExists(io.namespace)
        } catch let error as CephError where [.notPermitted, .permissionDenied].contains(error.code) {
            // A user bound to one namespace may not look; creating the image will tell.
            return true
        }
    }
}
