// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import ProtobufC
package import Rados
internal import SystemPackage

/// The nodes that have made themselves known in a pool: an omap in its default RADOS namespace, one key a node.
///
/// A node process with a user of its own writes itself down; a controller that finds somebody in it takes every other
/// node for one that does not exist. Installations of other driver names do not see each other.
package struct NodeRegistry: Sendable {
    /// What a pool knows of a node.
    package enum Answer: Sendable, Hashable {
        /// It has made itself known.
        case known(NodeRecord)
        /// Others have, it has not.
        case unknown
        /// Nobody has, or the user may not look: there may be nodes all the same.
        case silent
    }

    static let object = "locker.nodes"
    private let driverName: String

    /// The nodes of a driver.
    package init(driverName: String) {
        self.driverName = driverName
    }

    private var prefix: String { "\(self.driverName)/" }

    /// Writes a node down, in place of what it said before.
    ///
    /// - Parameter main: the pool's default namespace.
    /// - Throws: `CephError`.
    package func register(_ record: NodeRecord, in main: IOContext) async throws {
        var record = record
        record.format = 1
        let bytes = try record.encoded()
        let key = self.prefix + record.nodeID
        try await main.write(Self.object) {
            $0.create(exclusive: false)
            $0.setOmap([key: bytes])
        }
    }

    /// Looks for a node.
    ///
    /// - Parameter main: the pool's default namespace.
    /// - Throws: `CephError`.
    package func look(for nodeID: String, in main: IOContext) async throws -> Answer {
        do {
            let key = self.prefix + nodeID
            if let raw = try await main.omapValues(of: Self.object, keys: [key])[key] {
                return .known(try NodeRecord(decoding: raw))
            }
            let others = try await main.omapPage(of: Self.object, prefix: self.prefix, limit: 1)
            return others.entries.isEmpty ? .silent : .unknown
        } catch let error as CephError
            where [.noSuchFileOrDirectory, .permissionDenied, .notPermitted].contains(error.code)
        {
            return .silent
        }
    }
}
