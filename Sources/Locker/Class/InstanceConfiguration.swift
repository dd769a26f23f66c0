// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// Locker's own identity on its clusters: the file of `--instance-config`.
///
/// `[{"clusterID": "…", "userID": "locker", "keyFile": "/etc/locker/key", "pools": ["students"]}]`. It is used where no
/// request brings secrets: the probe, the erasure of deleted volumes, the janitor.
package struct InstanceConfiguration: Sendable, Hashable {
    /// The identity on one cluster.
    package struct Entry: Sendable, Hashable, Decodable {
        package let clusterID: String
        package let userID: String
        /// A file that holds the cephx key and nothing else.
        package let keyFile: String
        /// The pools to look after; none means those that are met.
        package let pools: [String]?
    }

    /// The identities, one a cluster.
    package let entries: [Entry]

    /// Reads the file's content.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition`.
    package init(parsing bytes: [UInt8]) throws(LockerError) {
        do {
            self.entries = try JSONDecoder().decode([Entry].self, from: Data(bytes))
        } catch {
            throw LockerError(.failedPrecondition, "the instance configuration cannot be read: \(error)", cause: error)
        }
    }
}
