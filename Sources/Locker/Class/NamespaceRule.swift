// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage

/// Which RADOS namespace of a pool a class' volumes are in.
package enum NamespaceRule: Sendable, Hashable {
    /// One that the class or config.json names.
    case named(String)

    /// The course's own, by its name; or the one that it is registered with, which is another where its first volume
    /// was made by a version of Locker, or a class, that put it elsewhere.
    case ofCourse(String)
}

extension ClassParameters {
    /// The rule for the class' volumes.
    ///
    /// - Parameter configured: config.json's namespace for classes that name none.
    func namespaceRule(configured: String) -> NamespaceRule {
        if let radosNamespace { return .named(radosNamespace) }
        return configured.isEmpty && !self.course.isEmpty ? .ofCourse(self.course) : .named(configured)
    }
}

extension Volumes {
    /// The namespace by a rule.
    ///
    /// - Throws: `CephError` with `ENOENT` if there is no such pool.
    func namespace(by rule: NamespaceRule, inPool pool: String, on cluster: Cluster) async throws -> String {
        switch rule {
        case .named(let name): return name
        case .ofCourse(let course):
            let main = try await cluster.ioContext(pool: pool)
            return try await self.namespaces.registered(course: course, in: main) ?? course
        }
    }

    /// Makes a course's namespace known to the pool.
    ///
    /// - Throws: ``LockerError`` with `permissionDenied`, saying what to do.
    func makeNamespace(_ io: IOContext) async throws {
        let main = try await io.cluster.ioContext(poolID: io.poolID)
        do {
            try await main.createNamespace(io.namespace)
        } catch let error as CephError where error.code == .fileExists {
            // Another controller was faster.
        } catch let error as CephError where [.notPermitted, .permissionDenied].contains(error.code) {
            throw LockerError(
                .permissionDenied,
                "RADOS namespace \"\(io.namespace)\" of the course cannot be made in pool \(io.poolName): \(error)."
                    + " Make it with: rbd namespace create \(io.poolName)/\(io.namespace), or name another as radosNamespace",
                cause: error
            )
        }
    }
}
