// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Locker
internal import Rados

/// Where the ledgers of courses are.
struct QuotaPlace: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The pool.", completion: ClusterCompletion.pools)
    var pool: String

    @Option(help: "The course's RADOS namespace; found without, once the course has had a volume.")
    var namespace: String?

    /// Lends the quotas of a course, or of every course of the pool, to `body`.
    ///
    /// - Throws: `LockerError` with `notFound` for a course that the pool does not know.
    func withQuotas<T>(of course: String?, _ body: ([CourseQuotas]) async throws -> T) async throws -> T {
        // Whatever `body` meets is explained by then: what is left is a connection that fails.
        try await explaining("connect to the cluster as client.\(self.connection.user)") {
            try await self.connection.withCluster { cluster in
                try await explaining("read or set quotas in pool \(self.pool)") {
                    try await body(try await self.quotas(of: course, on: cluster))
                }
            }
        }
    }

    /// The same for the one course.
    func withQuotas<T>(of course: String, _ body: (CourseQuotas) async throws -> T) async throws -> T {
        try await self.withQuotas(of: course) { (all: [CourseQuotas]) in
            guard let one = all.first else {
                throw LockerError(.internal, "no ledger of course \(course) was looked at")
            }
            return try await body(one)
        }
    }

    private func quotas(of course: String?, on cluster: Cluster) async throws -> [CourseQuotas] {
        if let course, let namespace {
            return [
                CourseQuotas(course: course, io: try await cluster.ioContext(pool: self.pool, namespace: namespace))
            ]
        }
        let main = try await cluster.ioContext(pool: self.pool)
        let registered = try await CourseQuotas.registered(in: main)
        let wanted = registered.filter { known in
            (course == nil || known.course == course) && (self.namespace == nil || known.namespace == self.namespace)
        }
        if let course, wanted.isEmpty {
            let known = registered.isEmpty ? "none" : registered.map(\.course).joined(separator: ", ")
            throw LockerError(
                .notFound,
                "course \"\(course)\" has had no volume in pool \(self.pool), whose courses are: \(known). To"
                    + " set a quota before there is a volume, name the class' RADOS namespace with --namespace (\"\" is"
                    + " the default one)"
            )
        }
        var quotas: [CourseQuotas] = []
        for known in wanted {
            let io = try await cluster.ioContext(pool: self.pool, namespace: known.namespace)
            quotas.append(CourseQuotas(course: known.course, io: io))
        }
        return quotas
    }
}
