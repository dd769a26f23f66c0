// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Locker
internal import Rados
internal import Redaction

extension ControllerServer {
    /// Where lists look: everything that Locker's own identities may see, and what calls have led this process to.
    ///
    /// - Parameters:
    ///   - start: where the list goes on; what comes before need not be looked for.
    ///   - secrets: a user's, for the clusters on which Locker has no identity of its own; may be none.
    func places(after start: RecordPosition?, secrets: [String: Secret] = [:]) async throws -> [RecordPlace] {
        let configuration = try self.catalog.clusters()
        var places: [RecordPlace] = []
        let identities = try self.catalog.identities()
        for identity in identities {
            let entry = try configuration.entry(identity.clusterID)
            places += try await self.volumes.places(
                of: try ClusterCatalog.target(of: identity, on: entry),
                clusterID: entry.clusterID,
                pools: identity.pools,
                configuredNamespace: entry.radosNamespace,
                from: start?.place
            )
        }
        if let credentials = try Credentials(secrets) {
            let others = configuration.entries.filter { entry in
                !identities.contains { $0.clusterID == entry.clusterID }
            }
            for entry in others { places += try await self.places(of: credentials, on: entry, from: start?.place) }
        }
        return try await places + self.volumes.metPlaces { configuration.entry(digest: $0)?.clusterID }
    }

    /// The places of a request's user on a cluster; none if it is another cluster's user.
    private func places(
        of credentials: Credentials,
        on entry: ClusterConfiguration.Entry,
        from start: PlaceOrder?
    ) async throws -> [RecordPlace] {
        do {
            return try await self.volumes.places(
                of: ClusterTarget(monitors: entry.monitors, user: credentials.userID, key: credentials.userKey),
                clusterID: entry.clusterID,
                pools: nil,
                configuredNamespace: entry.radosNamespace,
                from: start
            )
        } catch let error as LockerError where error.code == .unauthenticated {
            guard try self.catalog.clusters().entries.count > 1 else { throw error }
            return []
        }
    }

    /// A list's limit.
    static func limit(_ maxEntries: Int32) throws(FieldError) -> Int {
        guard maxEntries >= 0 else { throw FieldError("max_entries", "\(maxEntries) is negative") }
        return Int(maxEntries)
    }

    /// The user of a call that brings no secrets.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if Locker has no identity on the cluster, and no call of this
    ///   process has led to where the handle leads.
    func targetWithoutSecrets(
        of handle: some RecordHandle,
        on entry: ClusterConfiguration.Entry
    ) throws -> ClusterTarget {
        if let identity = try self.catalog.identity(on: entry) { return identity }
        if let met = self.volumes.metTarget(of: handle) { return met }
        throw LockerError(
            .failedPrecondition,
            "this call brings no secrets, and Locker has no user of its own on cluster \"\(entry.clusterID)\": give the"
                + " controller --instance-config"
        )
    }
}
