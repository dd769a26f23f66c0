// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Makes an encrypted image that holds what a snapshot holds, under a key of its own, and depends on nothing.
    ///
    /// The data are read, decrypted and encrypted anew, window after window: a clone would need the source's key for as long
    /// as it lives, and that is to be destroyed with the source. Of an encrypted source what was never written is left out:
    /// it reads as anything through dm-crypt, there and here. In a plain one it reads as zeroes, which a filesystem may
    /// count on, so of that everything is written, as of one that shares its template's data. A half copy has another
    /// name, and is removed by the next attempt.
    ///
    /// - Parameter snapshot: the name of the source's snapshot, if its id is not known.
    /// - Throws: ``LockerError`` with `failedPrecondition` if the class' key-encryption keys do not open the source's key;
    ///   `CephError` with `ENOENT` if the snapshot does not exist (any more); `CancellationError` if the task was cancelled.
    func copyEncrypted(_ origin: CloneOrigin, snapshot: String, work: CloneWork) async throws {
        let (io, partial, parameters) = (work.store.io, work.key.partialImageName, work.request.parameters)
        let encryption = try await self.encryption(of: origin, work: work)
        let copied = CopiedSnapshot(
            io: origin.io,
            imageID: origin.imageID,
            snapshotID: try await self.snapshotID(snapshot, of: origin)
        )
        try await self.discard(partial, key: work.key, store: work.store)
        let data = UInt64(origin.dataOffsetBytes)..<(try await copied.size())
        try await io.createImage(
            partial,
            size: data.upperBound - data.lowerBound + UInt64(parameters.dataOffsetBytes),
            options: parameters.image
        )
        try await self.encrypt(partial, dataOffset: parameters.dataOffsetBytes, with: encryption.target, io: io)
        try await self.fillCopy(
            of: work.key,
            in: io,
            from: copied,
            data: data,
            leavesHoles: origin.encryption == .luks2Flat,
            encryption: CopyEncryption(
                source: { image in
                    try encryption.source?.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
                },
                target: { image in
                    try encryption.target.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
                }
            )
        )
    }

    /// The keys of both volumes; none for a source that is not encrypted.
    private func encryption(
        of origin: CloneOrigin,
        work: CloneWork
    ) async throws -> (source: DataEncryptionKey?, target: DataEncryptionKey) {
        guard let target = work.dataKey else {
            throw LockerError(.internal, "\(origin.label) was to be copied without a key")
        }
        if origin.encryption == .plain { return (nil, target) }
        guard let keeper = work.request.keys, let volumeKey = origin.volumeKey else {
            throw LockerError(.internal, "\(origin.label) was to be copied without its key")
        }
        try origin.encryption.check(origin.label)
        let identity = KeyIdentity(
            fsid: origin.io.cluster.fsid,
            poolID: origin.io.poolID,
            namespace: origin.io.namespace,
            recordKey: volumeKey,
            dataKeyID: origin.dataKeyID
        )
        return (try await identity.open(origin.label, in: origin.io) { keeper }, target)
    }

    /// The id of the snapshot that is copied.
    func snapshotID(_ name: String, of origin: CloneOrigin) async throws -> UInt64 {
        if let known = origin.snapshotID { return known }
        let found = try await origin.io.withImage(.id(origin.imageID), readOnly: true) { image in
            try image.snapshots().first { $0.name == name && $0.kind == .user }?.id
        }
        guard let found else {
            throw CephError(call: "rbd_snap_list", code: .noSuchFileOrDirectory, object: "\(origin.imageName)@\(name)")
        }
        return found
    }
}
