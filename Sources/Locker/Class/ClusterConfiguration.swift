// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// The clusters that volumes may be on: `config.json` in ceph-csi's format.
///
/// `[{"clusterID": "…", "monitors": ["10.0.0.1:6789", …], "rbd": {"radosNamespace": "…"}}]`; other fields are left
/// alone, so that a file shared with ceph-csi stays as it is.
package struct ClusterConfiguration: Sendable, Hashable {
    /// One cluster.
    package struct Entry: Sendable, Hashable {
        package let clusterID: String
        package let monitors: [String]
        /// The RADOS namespace for classes that name none.
        package let radosNamespace: String
        /// The labels of a node that say where it is in the CRUSH map, for reading from the nearest replica: empty for
        /// all that it has; `nil` where reads go to the primary.
        package let readAffinity: [String]?
    }

    /// The clusters, in the file's order.
    package let entries: [Entry]

    private struct File: Decodable {
        struct RBD: Decodable { let radosNamespace: String? }
        struct ReadAffinity: Decodable {
            let enabled: Bool?
            let crushLocationLabels: [String]?
        }
        let clusterID: String
        let monitors: [String]?
        let radosNamespace: String?
        let readAffinity: ReadAffinity?
        let rbd: RBD?
    }

    /// Reads the file's content.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition`, saying what is wrong with it.
    package init(parsing bytes: [UInt8]) throws(LockerError) {
        let files: [File]
        do {
            files = try JSONDecoder().decode([File].self, from: Data(bytes))
        } catch {
            throw LockerError(.failedPrecondition, "config.json cannot be read: \(error)", cause: error)
        }
        var entries: [Entry] = []
        for file in files {
            guard !file.clusterID.isEmpty, let monitors = file.monitors, !monitors.isEmpty else {
                throw LockerError(.failedPrecondition, "config.json: cluster \"\(file.clusterID)\" has no monitors")
            }
            guard !entries.contains(where: { $0.clusterID == file.clusterID }) else {
                throw LockerError(.failedPrecondition, "config.json has the clusterID \"\(file.clusterID)\" twice")
            }
            let namespace = file.rbd?.radosNamespace ?? file.radosNamespace ?? ""
            let affinity = file.readAffinity.flatMap { $0.enabled == true ? $0.crushLocationLabels ?? [] : nil }
            entries.append(
                Entry(
                    clusterID: file.clusterID,
                    monitors: monitors,
                    radosNamespace: namespace,
                    readAffinity: affinity
                )
            )
        }
        self.entries = entries
    }

    /// The entry of a clusterID.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` if there is none.
    package func entry(_ clusterID: String) throws(LockerError) -> Entry {
        guard let entry = self.entries.first(where: { $0.clusterID == clusterID }) else {
            let known = self.entries.map(\.clusterID).joined(separator: ", ")
            throw LockerError(.invalidArgument, "clusterID \"\(clusterID)\" is not in config.json, which has: \(known)")
        }
        return entry
    }

    /// The entry whose clusterID has this digest, as a handle names it.
    package func entry(digest: [UInt8]) -> Entry? {
        self.entries.first { Digest.short($0.clusterID) == digest }
    }
}
