// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

extension Laboratory {
    /// Where the data of an encrypted volume begin.
    static let dataOffset: Int64 = 16 << 20

    /// Key-encryption keys of these numbers.
    static func keys(_ numbers: UInt8...) throws -> KeyEncryptionKeys {
        let lines = numbers.map { "\($0) key-encryption-key-number-\($0)-of-the-tests" }
        return try KeyEncryptionKeys(parsing: lines.joined(separator: "\n"), origin: "the tests' file")
    }

    /// A request for a small encrypted volume.
    func encryptedRequest(
        _ name: String = "pvc-1",
        required: Int64 = 8 << 20,
        keys: KeyEncryptionKeys? = nil
    ) throws -> VolumeRequest {
        var request = try self.request(name, required: required, parameters: ["encrypted": "true"])
        request.keys = try keys ?? Self.keys(1)
        return request
    }

    /// A request for an encrypted copy.
    func encryptedCopy(
        of source: VolumeSource,
        named name: String = "copy",
        required: Int64 = 0,
        keys: KeyEncryptionKeys? = nil
    ) throws -> VolumeRequest {
        var request = try self.copy(of: source, named: name, required: required, parameters: ["encrypted": "true"])
        request.keys = try keys ?? Self.keys(1)
        return request
    }

    /// The image of a volume with its encryption opened.
    func withOpened<T: Sendable>(
        _ volume: VolumeDescription,
        by keys: KeyEncryptionKeys,
        readOnly: Bool = true,
        _ body: @escaping @Sendable (borrowing Image) throws -> T
    ) async throws -> T {
        let key = try await self.dataKey(of: volume, by: keys)
        return try await self.io.withImage(.id(volume.handle.imageID), readOnly: readOnly) { image in
            try key.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
            return try body(image)
        }
    }

    /// The volume's key, opened.
    func dataKey(of volume: VolumeDescription, by keys: KeyEncryptionKeys) async throws -> DataEncryptionKey {
        let key = try await volume.record.dataKey(at: volume.handle.recordKey, in: self.io) { keys }
        return try #require(key)
    }

    /// Expects one encrypted volume, whole: a header that its wrapped key opens, and nothing besides.
    func expectOneEncrypted(
        _ volume: VolumeDescription,
        by keys: KeyEncryptionKeys,
        bytes: Int64 = 8 << 20,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let record = volume.record
        #expect(try await self.records() == [record], sourceLocation: sourceLocation)
        #expect(record.phase == .ready && record.encryption == .luks2Flat, sourceLocation: sourceLocation)
        #expect(volume.capacityBytes == bytes && record.payloadBytes == bytes, sourceLocation: sourceLocation)
        let total = try await self.total()
        #expect(total.bytes == bytes && total.volumes == 1, "\(total)", sourceLocation: sourceLocation)
        #expect(try await self.io.images().map(\.id) == [record.imageID], sourceLocation: sourceLocation)
        #expect(try await self.io.trash().isEmpty, sourceLocation: sourceLocation)
        let wrapped = try await self.wrappedKeys()
        #expect(wrapped.map(\.dataKeyID) == [record.dataKeyID], sourceLocation: sourceLocation)
        #expect(wrapped.map(\.wrappingKeyID) == [record.wrappingKeyID], sourceLocation: sourceLocation)
        let key = try await self.dataKey(of: volume, by: keys)
        let sizes = try await self.io.withImage(.id(record.imageID), readOnly: true) { image in
            let whole = try image.size
            try key.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
            return [whole, try image.size]
        }
        #expect(sizes == [UInt64(bytes + Self.dataOffset), UInt64(bytes)], sourceLocation: sourceLocation)
    }
}
