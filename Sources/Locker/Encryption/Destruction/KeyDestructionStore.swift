// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
package import Rados

/// What a pool says of key-encryption keys that were destroyed: once for each time that a course's were.
///
/// docs/records.md has the names, which are permanent.
package struct KeyDestructionStore: Sendable {
    static let object = "locker.key-destructions"

    private let io: IOContext

    /// Those of a pool.
    ///
    /// - Parameter pool: the pool in any RADOS namespace.
    package init(besides pool: IOContext) async throws {
        self.io = try await pool.cluster.ioContext(poolID: pool.poolID)
    }

    /// The name, id and cluster of the pool.
    var place: IOContext { self.io }

    /// What is said of a course; of all without one. Those that are only begun are left out.
    package func filed(course: String? = nil) async throws -> [FiledKeyDestruction] {
        var found: [FiledKeyDestruction] = []
        try await self.io.forEachOmapEntry(of: Self.object, prefix: course.map { "\($0)/" } ?? "") { key, bytes in
            guard !key.hasSuffix("/") else { return }
            found.append(FiledKeyDestruction(key: key, bytes: bytes))
        }
        return found
    }

    /// What was begun and not ended; `nil` if nothing was.
    func begun(course: String) async throws -> KeyDestruction? {
        let key = Self.begunKey(course)
        let values = try await self.io.omapValuesIfPresent(of: Self.object, keys: [key])
        guard let bytes = values[key], !bytes.isEmpty else { return nil }
        return try KeyDestruction(decoding: try StoredReceipt(decoding: bytes).receipt)
    }

    /// Notes that keys are about to be destroyed.
    func begin(_ destruction: KeyDestruction) async throws {
        let stored = StoredReceipt(format: 1, receipt: try destruction.encoded())
        let bytes = try stored.encoded()
        try await self.io.write(Self.object) { operation in
            operation.create(exclusive: false)
            operation.setOmap([Self.begunKey(destruction.course): bytes])
        }
    }

    /// Files that they are, in the place of what was noted.
    func end(_ destruction: KeyDestruction, signedBy keys: InstanceKeys) async throws {
        let receipt = try destruction.encoded()
        let (signature, publicKey) = try keys.sign(receipt: receipt)
        let stored = StoredReceipt(format: 1, receipt: receipt, signature: signature, publicKey: publicKey)
        let bytes = try stored.encoded()
        try await self.io.write(Self.object) { operation in
            operation.setOmap(["\(destruction.course)/\(destruction.destroyedAt)": bytes])
            operation.removeOmap([Self.begunKey(destruction.course)])
        }
    }

    private static func begunKey(_ course: String) -> String { "\(course)/" }
}
