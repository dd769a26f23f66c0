// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import ProtobufC
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage

extension Volumes {
    /// Makes the data of a volume that is being deleted unreadable: its wrapped key goes, then what the key opens.
    ///
    /// No key-encryption key is needed. Whatever moment the process dies at, the retry goes on from there.
    ///
    /// - Parameter mine: the record, in its deletion.
    /// - Returns: the record, which says when that was done; `nil` if somebody else has changed it meanwhile.
    /// - Throws: ``LockerError`` with `failedPrecondition` while a client has the image open: it would write on.
    func destroyKey(of mine: Stored<VolumeRecord>, at place: Place) async throws -> Stored<VolumeRecord>? {
        var record = mine.value
        guard record.encryption != .plain, record.keyDestroyedAt == 0 else { return mine }
        let clients = try await self.watchers(of: record, io: place.io)
        guard clients.isEmpty else { throw Self.stillOpen(record, at: clients, io: place.io) }
        guard let mine = try await self.removeKey(of: mine, at: place) else { return nil }
        record = mine.value
        try self.hook.reached("delete.unkeyed")
        try await self.overwriteHeader(of: record, io: place.io)
        try self.hook.reached("delete.overwritten")
        record.keyDestroyedAt = self.clock.milliseconds
        return try await place.store.put(record, at: place.key, replacing: mine)
    }

    /// Removes the wrapped key, having written into the record which key-encryption keys have ever wrapped it.
    ///
    /// - Returns: the record; `nil` if somebody else has changed it meanwhile.
    private func removeKey(
        of mine: Stored<VolumeRecord>,
        at place: Place
    ) async throws -> Stored<VolumeRecord>? {
        let keys = try await WrappedKeyStore(besides: place.io)
        let id = mine.value.dataKeyID
        var mine = mine
        for _ in 0..<16 {
            let found: Stored<WrappedKey>?
            do {
                found = try await keys.read(id)
            } catch let error where Self.isUnreadable(error) {
                // It goes all the same; what has wrapped it is not known then.
                try await keys.destroy(id)
                return mine
            }
            // What is gone was noted before it went.
            guard let found else { return mine }
            if mine.value.wrappingKeys != found.value.history {
                var record = mine.value
                record.wrappingKeys = found.value.history
                guard let noted = try await place.store.put(record, at: place.key, replacing: mine) else { return nil }
                mine = noted
            }
            // Not so if it was wrapped anew since it was read.
            if try await keys.destroy(found) { return mine }
        }
        throw LockerError(.aborted, "data key \(id) is wrapped anew all the time; try again")
    }

    /// Whether a wrapped key is there that cannot be understood: damaged, or of a later version.
    private static func isUnreadable(_ error: any Error) -> Bool {
        error is WireError || (error as? LockerError)?.code == .failedPrecondition
    }

    /// Who has a volume's image open for writing; nobody if it is gone.
    func watchers(of record: VolumeRecord, io: IOContext) async throws -> [String] {
        do {
            return try await io.withImage(.id(record.imageID), readOnly: true) { try $0.watchers().map(\.address) }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return []
        }
    }

    /// The failure of a deletion that others' use of the image stops.
    static func stillOpen(
        _ record: VolumeRecord,
        at clients: [String],
        io: IOContext,
        cause: (any Error)? = nil
    ) -> LockerError {
        let names = clients.isEmpty ? "another client" : clients.joined(separator: ", ")
        return LockerError(
            .failedPrecondition,
            "image \(io.path(record.imageName)) is still open at \(names); a client that died is let go after 30 s",
            cause: cause
        )
    }

    /// Writes zeroes over all that is before the data: both copies of the metadata and every keyslot.
    private func overwriteHeader(of record: VolumeRecord, io: IOContext) async throws {
        let room = 0..<UInt64(record.dataOffsetBytes)
        do {
            try await io.withImage(.id(record.imageID), readOnly: false) { image in
                let written = Extents()
                try image.diff(in: room) { extent in
                    if extent.exists { written.list.withLock { $0.append(extent) } }
                    return true
                }
                for extent in written.list.withLock({ $0 }) {
                    var offset = extent.offset
                    let end = extent.offset + extent.length
                    while offset < end {
                        let count = min(end - offset, 1 << 20)
                        try image.write(offset: offset, [UInt8](repeating: 0, count: Int(count)))
                        offset += count
                    }
                }
                try image.flush()
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // The image is gone, and its header with it.
        } catch let error as CephError where [.noSpace, .diskQuotaExceeded].contains(error.code) {
            // A volume must go from a full cluster too. Its key is gone, and its objects follow.
            self.logger.warning(
                "The header of a deleted volume was not overwritten",
                metadata: ["rbd.image": "\(record.imageName)", "error": "\(error)"]
            )
        }
    }

    /// What callbacks on librbd's threads have found.
    private final class Extents: Sendable {
        let list = Mutex<[DiffExtent]>([])
    }
}
