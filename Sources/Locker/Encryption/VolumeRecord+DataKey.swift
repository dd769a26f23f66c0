// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Host
package import LockerProto
package import Rados

extension VolumeRecord {
    /// Whether its data are encrypted over its template's, which it shares until it writes them: only librbd opens it.
    package var isLayered: Bool { self.encryption == .luks2Layered }

    /// Opens the volume's data encryption key; `nil` if its data are not encrypted.
    ///
    /// - Parameters:
    ///   - key: where the record is.
    ///   - io: the volume's pool and namespace.
    ///   - keeper: who has the key-encryption keys.
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the key that is missing or opens nothing.
    package func dataKey(
        at key: RecordKey,
        in io: IOContext,
        by keeper: () throws -> any KeyKeeper
    ) async throws -> DataEncryptionKey? {
        if self.encryption == .plain { return nil }
        try self.encryption.check("volume \"\(self.requestName)\"")
        let identity = KeyIdentity(self, at: key, in: io)
        return try await identity.open("volume \"\(self.requestName)\"", in: io, by: keeper)
    }
}

extension VolumeRecord.Encryption {
    /// That this version of Locker opens it.
    ///
    /// - Parameter label: what messages call the volume.
    /// - Throws: ``LockerError`` with `failedPrecondition`.
    func check(_ label: String) throws(LockerError) {
        guard [.plain, .luks2Flat, .luks2Layered].contains(self) else {
            throw LockerError(
                .failedPrecondition,
                "\(label) is encrypted in a way that this version of Locker does not open"
            )
        }
    }
}

extension KeyIdentity {
    /// Opens the data encryption key.
    ///
    /// - Parameters:
    ///   - label: what messages call the volume.
    ///   - io: its pool and namespace.
    ///   - keeper: who has the key-encryption keys; asked once the wrapped key is there.
    /// - Throws: ``LockerError`` with `failedPrecondition`.
    func open(_ label: String, in io: IOContext, by keeper: () throws -> any KeyKeeper) async throws
        -> DataEncryptionKey
    {
        guard let wrapped = try await WrappedKeyStore(besides: io).read(self.dataKeyID)?.value else {
            throw LockerError(
                .failedPrecondition,
                "the wrapped key of \(label) is gone: there is no object \(WrappedKeyStore.objectPrefix)\(self.dataKeyID) in"
                    + " the RADOS namespace \(WrappedKeyStore.namespace) of pool \(io.poolName). Its data cannot be read"
                    + " without it"
            )
        }
        return try await keeper().unwrap(wrapped.sealedKey, wrappedBy: wrapped.wrappingKeyID, of: self)
    }
}
