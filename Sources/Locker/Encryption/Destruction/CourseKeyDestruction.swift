// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Rados
internal import SystemPackage

/// The end of a course's key-encryption keys: what they have wrapped opens no more, wherever a copy of it may be left.
///
/// Refused while anything in the cluster needs them, and while there is an archive of the course. What is about to be
/// destroyed is noted before, so that a repeat after a crash knows of keys that it finds no more.
package struct CourseKeyDestruction: Sendable {
    /// What it came to.
    package enum Outcome: Sendable, Hashable {
        /// They are destroyed, and that is filed and signed.
        case filed
        /// They are destroyed here. Whether a copy is left elsewhere nobody has said, so that nothing is filed.
        case unfiled
        /// There were none, and none were being destroyed.
        case nothing
    }

    let course: String
    private let identity: ControllerIdentity
    private let keys: InstanceKeys
    private let version: String
    private let clock: WallClock

    /// The end of a course's keys.
    ///
    /// - Parameters:
    ///   - identity: the driver's name, and who says that it is done.
    ///   - keys: the installation's, which sign.
    package init(
        course: String,
        identity: ControllerIdentity,
        keys: InstanceKeys,
        version: String,
        clock: WallClock = .system
    ) {
        self.course = course
        self.identity = identity
        self.keys = keys
        self.version = version
        self.clock = clock
    }

    /// What still needs the keys, in every pool that the user may look into.
    ///
    /// - Returns: the data keys' whereabouts and the course's archives in words, and what could not be read.
    package func needs(
        of keys: DestructibleKeys,
        on cluster: Cluster
    ) async throws -> (users: [String], unseen: [String]) {
        let (users, unseen) = try await self.dataKeys(of: keys, on: cluster)
        let archives = try await self.archives(on: cluster)
        return (users + archives.found, unseen + archives.unseen.filter { !unseen.contains($0) })
    }

    /// The data keys that the keys have wrapped, in words, and the pools that the user may not look into.
    private func dataKeys(
        of keys: DestructibleKeys,
        on cluster: Cluster
    ) async throws -> (users: [String], unseen: [String]) {
        var (users, unseen): ([String], [String]) = ([], [])
        for pool in try await cluster.pools().sorted() {
            do {
                let io = try await cluster.ioContext(pool: pool)
                for wrapped in try await WrappedKeyStore(besides: io).all() where keys.areNeeded(for: wrapped) {
                    users.append("data key \(wrapped.dataKeyID) of course \(wrapped.course) in pool \(pool)")
                }
            } catch let error as LockerError where error.code == .permissionDenied {
                unseen.append("pool \(pool)")
            }
        }
        return (users, unseen)
    }

    /// Destroys keys and files that they are.
    ///
    /// - Parameters:
    ///   - found: the keys; `nil` if there are none, or none any more.
    ///   - isAttested: whether an administrator says that there is no other copy.
    ///   - io: the pool that the course's receipts are in, in any namespace.
    ///   - destroy: destroys them; called again where an earlier call may not have come to its end.
    /// - Throws: ``LockerError`` with `failedPrecondition` while something needs them, or may; what `destroy` throws.
    package func run(
        _ found: DestructibleKeys?,
        isAttested: Bool,
        in io: IOContext,
        _ destroy: () async throws -> Void
    ) async throws -> Outcome {
        let store = try await KeyDestructionStore(besides: io)
        let begun = try await store.begun(course: self.course)
        guard found != nil || begun != nil else { return .nothing }
        var statement = begun ?? self.statement(in: store.place)
        if let found {
            try await self.checkUnused(found, on: io.cluster)
            statement.keys += found.names.filter { !statement.keys.contains($0) }
            statement.how = found.how
            statement.attested = !found.isOnlyCopy
            guard found.isOnlyCopy || isAttested else {
                try await destroy()
                return .unfiled
            }
            try await store.begin(statement)
        }
        try await destroy()
        statement.destroyedAt = self.clock.milliseconds
        statement.instanceKey = UInt32(self.keys.signing)
        try await store.end(statement, signedBy: self.keys)
        return .filed
    }

    private func checkUnused(_ keys: DestructibleKeys, on cluster: Cluster) async throws {
        try await self.checkNoArchives(on: cluster)
        let users = try await self.dataKeys(of: keys, on: cluster).users
        guard !users.isEmpty else { return }
        let more = users.count > 3 ? ", and \(users.count - 3) more" : ""
        throw LockerError(
            .failedPrecondition,
            "\(keys.what) is still needed, by \(users.prefix(3).joined(separator: ", "))\(more). End the term first, or wrap"
                + " them by another key: lockerctl keys rewrap"
        )
    }

    private func statement(in io: IOContext) -> KeyDestruction {
        KeyDestruction(
            format: 1,
            course: self.course,
            fsid: io.cluster.fsid,
            poolID: io.poolID,
            pool: io.poolName,
            driverName: self.identity.instance,
            host: self.identity.process,
            version: self.version
        )
    }
}
