// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage

/// The RADOS namespaces this process has met, to tell which one a handle's digest means.
package final class NamespaceIndex: Sendable {
    private struct Pool: Hashable {
        let fsid: String
        let poolID: Int64
    }

    private let known = Mutex<[Pool: [[UInt8]: String]]>([:])
    private let registered = Mutex<Set<String>>([])
    /// By cluster, pool and course; a course stays where it is.
    private let courses = Mutex<[String: String]>([:])

    /// The omap, in a pool's default namespace, of the courses that have volumes in the pool.
    static let courses = "locker.courses"

    /// An index that knows nothing yet.
    package init() {}

    /// Whether a namespace is known to exist in a pool.
    func knows(_ io: IOContext) -> Bool {
        let pool = Pool(fsid: io.cluster.fsid, poolID: io.poolID)
        return self.known.withLock { $0[pool]?.values.contains(io.namespace) ?? false }
    }

    /// Remembers a namespace that exists.
    func add(_ namespace: String, fsid: String, poolID: Int64) {
        let pool = Pool(fsid: fsid, poolID: poolID)
        self.known.withLock { $0[pool, default: [:]][Digest.short(namespace)] = namespace }
    }

    /// The namespace of a digest: a known one, a candidate, or one that the pool lists.
    ///
    /// - Parameters:
    ///   - io: the pool, in any namespace.
    ///   - candidates: names to try before the pool is asked.
    /// - Returns: `nil` if the pool has none with that digest.
    func namespace(digest: [UInt8], in io: IOContext, candidates: [String]) async throws -> String? {
        let pool = Pool(fsid: io.cluster.fsid, poolID: io.poolID)
        if let name = self.known.withLock({ $0[pool]?[digest] }) { return name }
        if let name = (candidates + [""]).first(where: { Digest.short($0) == digest }) { return name }
        let main = try await io.cluster.ioContext(poolID: io.poolID)
        for name in try await self.listed(main) where Digest.short(name) == digest {
            self.add(name, fsid: io.cluster.fsid, poolID: io.poolID)
            return name
        }
        return nil
    }

    private func listed(_ main: IOContext) async throws -> [String] {
        do {
            return try await Self.courses(in: main).map(\.radosNamespace) + main.namespaces()
        } catch let error as CephError where [.notPermitted, .permissionDenied].contains(error.code) {
            throw LockerError(
                .permissionDenied,
                "which RADOS namespace of pool \(main.poolName) the volume is in cannot be found out: \(error). Name it as"
                    + " radosNamespace in config.json, or let the user read the pool's default namespace",
                cause: error
            )
        }
    }

    /// The courses registered in a pool.
    static func courses(in main: IOContext) async throws -> [Course] {
        var courses: [Course] = []
        try await main.forEachOmapEntry(of: Self.courses) { courses.append(try Course(decoding: $1)) }
        return courses
    }

    /// The names of the courses whose volumes are in a namespace.
    static func courses(of io: IOContext) async throws -> [String] {
        let main = try await io.cluster.ioContext(poolID: io.poolID)
        return try await Self.courses(in: main).filter { $0.radosNamespace == io.namespace }.map(\.name)
    }

    /// The namespace that a course is registered with; `nil` if it is in none yet, or the user may not look.
    ///
    /// - Parameter main: the pool's default namespace.
    func registered(course: String, in main: IOContext) async throws -> String? {
        let key = "\(main.cluster.fsid)/\(main.poolID)/\(course)"
        if let known = self.courses.withLock({ $0[key] }) { return known }
        do {
            guard let raw = try await main.omapValues(of: Self.courses, keys: [course])[course] else { return nil }
            let name = try Course(decoding: raw).radosNamespace
            self.courses.withLock { $0[key] = name }
            return name
        } catch let error as CephError
            where [.noSuchFileOrDirectory, .notPermitted, .permissionDenied].contains(error.code)
        {
            return nil
        }
    }

    /// Registers a course once in this process' life, so that the janitor and lists find its namespace.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` if the course is registered with another namespace. A user who
    ///   may not read the default namespace registers nothing, and is not refused.
    func register(course: String, io: IOContext, clock: WallClock) async throws {
        let key = "\(io.cluster.fsid)/\(io.poolID)/\(io.namespace)/\(course)"
        guard !self.registered.withLock({ $0.contains(key) }) else { return }
        do {
            let main = try await io.cluster.ioContext(poolID: io.poolID)
            let entry = Course(
                format: 1,
                name: course,
                radosNamespace: io.namespace,
                registeredAt: clock.milliseconds
            )
            let bytes = try entry.encoded()
            do {
                try await main.write(Self.courses) {
                    $0.create(exclusive: false)
                    $0.compareOmap(key: course, equals: [])
                    $0.setOmap([course: bytes])
                }
            } catch let error as CephError where error.code == .canceled {
                let raw = try await main.omapValues(of: Self.courses, keys: [course])[course] ?? []
                let found = try Course(decoding: raw)
                guard found.radosNamespace == io.namespace else {
                    throw LockerError(
                        .invalidArgument,
                        "course \"\(course)\" is in the RADOS namespace \"\(found.radosNamespace)\" of pool \(io.poolName);"
                            + " the classes of one course must agree on it"
                    )
                }
            }
        } catch let error as CephError where [.notPermitted, .permissionDenied].contains(error.code) {
            // A user bound to one namespace: the janitor then needs radosNamespace in config.json.
        }
        _ = self.registered.withLock { $0.insert(key) }
    }
}
