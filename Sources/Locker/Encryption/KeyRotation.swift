// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import Rados

/// The data encryption keys of a pool's volumes, and how they get another key-encryption key.
///
/// Only the wrapping changes: no volume's data, header or key does, so that volumes may be in use meanwhile. Each key is
/// changed in one operation, so that a rotation that is cut short is gone on with by repeating it.
package struct KeyRotation: Sendable {
    /// A volume with a key of its own.
    package struct Entry: Sendable {
        package let record: VolumeRecord
        /// Where the record is.
        package let recordKey: RecordKey
        /// The key as it is stored; `nil` if it is not there: destroyed, or not made yet.
        package let wrapped: WrappedKey?
    }

    /// What became of a key.
    package enum Outcome: Sendable, Hashable {
        /// It is wrapped by the newest key now.
        case rewrapped
        /// It was already.
        case current
        /// It is not there: its volume is being made or deleted.
        case absent
    }

    private let layouts: LayoutCache
    private let clock: WallClock

    /// The rotation of keys, by a clock.
    package init(layouts: LayoutCache = LayoutCache(), clock: WallClock = .system) {
        self.layouts = layouts
        self.clock = clock
    }

    /// The encrypted volumes of a pool and namespace whose keys were not destroyed.
    ///
    /// - Parameter course: only this course's; `nil` for all.
    package func entries(in io: IOContext, course: String?) async throws -> [Entry] {
        guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else { return [] }
        let keys = try await WrappedKeyStore(besides: io)
        var entries: [Entry] = []
        try await store.forEach(of: VolumeRecord.self, prefix: VolumeRecord.prefix) { name, stored in
            let record = stored.value
            guard record.encryption != .plain, record.keyDestroyedAt == 0, course == nil || record.course == course,
                let key = RecordKey(hex: name.dropFirst(VolumeRecord.prefix.count))
            else { return }
            let wrapped = try await keys.read(record.dataKeyID)?.value
            entries.append(Entry(record: record, recordKey: key, wrapped: wrapped))
        }
        return entries
    }

    /// Wraps a volume's key by the newest key-encryption key, and notes that in its record.
    ///
    /// - Parameters:
    ///   - entry: the volume.
    ///   - io: its pool and namespace.
    ///   - keeper: who has the key that wraps now and the newest.
    ///   - isRehearsal: whether nothing is written: the key is opened and wrapped all the same.
    /// - Returns: what became of it, or would.
    /// - Throws: ``LockerError``: `failedPrecondition` if the key that wraps now is missing; `aborted` if others change the
    ///   key all the time; then nothing was changed.
    package func rewrap(
        _ entry: Entry,
        in io: IOContext,
        by keeper: any KeyKeeper,
        isRehearsal: Bool = false
    ) async throws -> Outcome {
        let keys = try await WrappedKeyStore(besides: io)
        for _ in 0..<16 {
            guard let found = try await keys.read(entry.record.dataKeyID) else { return .absent }
            let identity = KeyIdentity(entry.record, at: entry.recordKey, in: io)
            let sealed = try await keeper.rewrap(
                found.value.sealedKey,
                wrappedBy: found.value.wrappingKeyID,
                of: identity
            )
            if isRehearsal { return sealed == nil ? .current : .rewrapped }
            guard let sealed else {
                // One that was cut short after the key and before the record.
                try await self.note(found.value.wrappingKeyID, of: entry, in: io)
                return .current
            }
            var wrapped = found.value
            wrapped.take(sealed, at: self.clock.milliseconds)
            guard try await keys.replace(found, with: wrapped) else { continue }
            try await self.note(wrapped.wrappingKeyID, of: entry, in: io)
            return .rewrapped
        }
        throw LockerError(.aborted, "data key \(entry.record.dataKeyID) is changed by several at once; try again")
    }

    /// Writes the name of the wrapping key into the volume's record, which tells it to people.
    ///
    /// A record in a step is its owner's; the stored key says what is true all the same, and a repeat notes it.
    func note(_ wrappingKeyID: String, of entry: Entry, in io: IOContext) async throws {
        guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false) else { return }
        for _ in 0..<16 {
            guard let found = try await store.volume(entry.recordKey), found.value.phase == .ready,
                found.value.dataKeyID == entry.record.dataKeyID, found.value.wrappingKeyID != wrappingKeyID
            else { return }
            var record = found.value
            record.wrappingKeyID = wrappingKeyID
            if try await store.put(record, at: entry.recordKey, replacing: found) != nil { return }
        }
        throw LockerError(
            .aborted,
            "the record of volume \"\(entry.record.requestName)\" is changed by several at once; try again"
        )
    }
}
