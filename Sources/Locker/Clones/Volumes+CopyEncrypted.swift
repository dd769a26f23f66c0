// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Makes an image that holds what a snapshot of an encrypted one holds, under a key of its own, and depends on nothing.
    ///
    /// librbd 16 clones no encrypted image, so its data are read, decrypted and encrypted anew, window after window; what
    /// was never written is left out, and reads as anything through dm-crypt, as it does in the source. A half copy has
    /// another name, and is removed by the next attempt.
    ///
    /// - Parameter snapshotID: of the source's image.
    /// - Throws: ``LockerError`` with `failedPrecondition` if the class' key-encryption keys do not open the source's key;
    ///   `CephError` with `ENOENT` if the snapshot does not exist (any more); `CancellationError` if the task was cancelled.
    func copyEncrypted(_ origin: CloneOrigin, snapshotID: UInt64, work: CloneWork) async throws {
        let (io, partial, parameters) = (work.store.io, work.key.partialImageName, work.request.parameters)
        let encryption = try await self.encryption(of: origin, work: work)
        try await self.discard(partial, key: work.key, store: work.store)
        let size = try await origin.io.withImage(.id(origin.imageID), readOnly: true) { image in
            try image.look(atSnapshot: snapshotID)
            return try image.size
        }
        let header = UInt64(origin.dataOffsetBytes)
        try await io.createImage(
            partial,
            size: size - header + UInt64(parameters.dataOffsetBytes),
            options: parameters.image
        )
        try await self.encrypt(partial, dataOffset: parameters.dataOffsetBytes, with: encryption.target, io: io)
        try self.hook.reached("copy.begun")
        var position = header
        while position < size {
            try Task.checkCancellation()
            // Looked at without its encryption, so that places are those on the image.
            let window = BlockWindow(base: .nothing, start: position, end: size, stop: StopFlag())
            let found = try await origin.io.withImage(.id(origin.imageID), readOnly: true) { image in
                try image.look(atSnapshot: snapshotID)
                return try window.look(at: image)
            }
            try await io.copy(
                found.runs.map { $0.lowerBound - header..<$0.upperBound - header },
                ofSnapshot: snapshotID,
                imageID: origin.imageID,
                in: origin.io,
                to: partial,
                encryption: CopyEncryption(
                    source: { image in
                        try encryption.source.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
                    },
                    target: { image in
                        try encryption.target.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
                    }
                )
            )
            position = found.next
        }
        try self.hook.reached("copy.copied")
        try await io.renameImage(partial, to: work.key.imageName)
        try self.hook.reached("copy.named")
    }

    /// The keys of both volumes.
    private func encryption(
        of origin: CloneOrigin,
        work: CloneWork
    ) async throws -> (source: DataEncryptionKey, target: DataEncryptionKey) {
        guard let target = work.dataKey, let keeper = work.request.keys, let volumeKey = origin.volumeKey else {
            throw LockerError(.internal, "\(origin.label) was to be copied without a key")
        }
        guard origin.encryption == .luks2Flat else {
            throw LockerError(
                .failedPrecondition,
                "\(origin.label) is encrypted in a way that this version of Locker does not open"
            )
        }
        let identity = KeyIdentity(
            fsid: origin.io.cluster.fsid,
            poolID: origin.io.poolID,
            namespace: origin.io.namespace,
            recordKey: volumeKey,
            dataKeyID: origin.dataKeyID
        )
        return (try await identity.open(origin.label, in: origin.io) { keeper }, target)
    }

    /// The id of a snapshot that was taken for a copy.
    func snapshotID(named name: String, of origin: CloneOrigin) async throws -> UInt64 {
        let found = try await origin.io.withImage(.id(origin.imageID), readOnly: true) { image in
            try image.snapshots().first { $0.name == name && $0.kind == .user }?.id
        }
        guard let found else {
            throw CephError(call: "rbd_snap_list", code: .noSuchFileOrDirectory, object: "\(origin.imageName)@\(name)")
        }
        return found
    }
}
