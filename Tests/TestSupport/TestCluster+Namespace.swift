// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import RBD
package import Rados
internal import SystemPackage

extension TestCluster {
    /// Lends a RADOS namespace that nobody else has to `body`, and removes what is in it afterwards.
    ///
    /// The context is on the connection that tests share. Another connection reaches the same place by
    /// `ioContext(pool:namespace:)` with the context's names.
    package func withNamespace<T>(
        pool: String = "students",
        _ body: (IOContext) async throws -> T
    ) async throws -> T {
        let connection = try await self.commonConnection()
        let name = "test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let root = try await connection.ioContext(pool: pool)
        try await root.createNamespace(name)
        let context = try await connection.ioContext(pool: pool, namespace: name)
        let value: T
        do {
            value = try await body(context)
        } catch {
            // The test's own error is the one to report; what stays behind is in nobody's way.
            try? await Self.empty(context, of: root)
            throw error
        }
        try await Self.empty(context, of: root)
        return value
    }

    /// Removes every object of the namespace, which needs no regard for what an image depends on, and then the name.
    private static func empty(_ context: IOContext, of root: IOContext) async throws {
        let names = try await context.objects()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() {
                if index >= 64 { try await group.next() }
                group.addTask {
                    do {
                        try await context.remove(name)
                    } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                        // Somebody who closes an image removed it meanwhile.
                    }
                }
            }
            try await group.waitForAll()
        }
        try await root.removeNamespace(context.namespace)
    }
}
