// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import LockerProto
internal import RBD
internal import Rados

extension VolumeRequest {
    /// Makes the record of a new volume that of an encrypted one, if the class says so.
    ///
    /// The key's name is in the record before the key is anywhere, and is no other volume's, so that a key which is
    /// destroyed late is never that of a later volume with the same name.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if its template's data are to be shared, and librbd cannot.
    func encrypt(_ record: inout VolumeRecord) throws(LockerError) {
        guard self.parameters.isEncrypted else { return }
        record.encryption = .luks2Flat
        if case .template = self.source, try self.parameters.sharesTemplate() { record.encryption = .luks2Layered }
        record.dataOffsetBytes = self.parameters.dataOffsetBytes
        record.dataKeyID = Volumes.newDataKeyID()
    }
}

extension Volumes {
    /// A name for a data encryption key that no other one has.
    static func newDataKeyID() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }.hex
    }

    /// Makes the data encryption key of a new volume and stores it, wrapped; `nil` if its data are not to be encrypted.
    ///
    /// An attempt that was cut short has its image made anew, and so its key.
    ///
    /// - Parameter record: the volume's; gets the name of the key that wraps.
    func makeDataKey(
        of record: inout VolumeRecord,
        request: VolumeRequest,
        key: RecordKey,
        io: IOContext
    ) async throws -> DataEncryptionKey? {
        guard record.encryption != .plain else { return nil }
        guard let keeper = request.keys else {
            throw LockerError(.internal, "volume \"\(request.name)\" came without a key-encryption key")
        }
        let dataKey = try DataEncryptionKey.random()
        let sealed = try await keeper.wrap(dataKey, of: KeyIdentity(record, at: key, in: io))
        let wrapped = WrappedKey(
            dataKeyID: record.dataKeyID,
            wrappingKeyID: sealed.wrappingKeyID,
            sealedKey: sealed.bytes,
            wrappingKeyFingerprint: sealed.fingerprint,
            recordKey: key.bytes,
            radosNamespace: io.namespace,
            course: record.course,
            wrappedAt: self.clock.milliseconds
        )
        try await WrappedKeyStore(besides: io).write(wrapped)
        try self.hook.reached("create.keyed")
        record.wrappingKeyID = wrapped.wrappingKeyID
        return dataKey
    }

    /// Writes the header to a new volume's image; its key is stored.
    ///
    /// - Parameters:
    ///   - image: its name.
    ///   - dataOffset: where the data are to begin, as the record has it.
    func encrypt(_ image: String, dataOffset: Int64, with dataKey: DataEncryptionKey, io: IOContext) async throws {
        try await self.encrypting(image, dataOffset: dataOffset, io: io) {
            try await EncryptedImage.format(.name(image), in: io, key: dataKey)
        }
    }

    /// The same by a way of writing the header, which returns where the data begin.
    func encrypting(_ image: String, dataOffset: Int64, io: IOContext, _ format: () async throws -> UInt64) async throws
    {
        let offset: UInt64
        do {
            offset = try await format()
        } catch let error as MapError {
            if let cause = error.cause as? CephError { throw LockerError(cause, could: "encrypt the volume's image") }
            throw LockerError(.failedPrecondition, "the volume cannot be encrypted: \(error)", cause: error)
        }
        guard Int64(offset) == dataOffset else {
            throw LockerError(
                .failedPrecondition,
                "image \(io.path(image)) has data from byte \(offset) on, not from \(dataOffset): its"
                    + " objects are larger than librbd's default. Say objectSize in the class"
            )
        }
        try self.hook.reached("create.encrypted")
    }

    /// Removes the wrapped key of a volume that was never handed out.
    func discardDataKey(of record: VolumeRecord, io: IOContext) async throws {
        guard !record.dataKeyID.isEmpty else { return }
        try await WrappedKeyStore(besides: io).destroy(record.dataKeyID)
    }
}
