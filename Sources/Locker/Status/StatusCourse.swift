// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A course in a status.
package struct StatusCourse: Sendable, Hashable {
    /// The clusterID of config.json.
    package let clusterID: String
    /// The pool of its volumes.
    package let pool: String
    /// Their RADOS namespace.
    package let namespace: String
    /// What it has and may have.
    package let standing: QuotaStanding

    /// A course.
    package init(clusterID: String, pool: String, namespace: String, standing: QuotaStanding) {
        self.clusterID = clusterID
        self.pool = pool
        self.namespace = namespace
        self.standing = standing
    }
}
