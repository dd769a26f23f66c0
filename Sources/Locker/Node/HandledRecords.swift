// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados
internal import SystemPackage

/// The records of volumes as nodes come to them: by the handle that Kubernetes has.
struct HandledRecords: Sendable {
    private let layouts: LayoutCache

    /// - Parameter layouts: what is known of the namespaces' record stores.
    init(layouts: LayoutCache) {
        self.layouts = layouts
    }

    /// The record of a volume that exists and is the handle's.
    ///
    /// - Throws: ``LockerError`` with `notFound`.
    func record(of handle: VolumeHandle, in io: IOContext) async throws -> VolumeRecord {
        try await self.read(handle, in: io).stored.value
    }

    /// Changes a volume's record, however often others change it meanwhile.
    ///
    /// - Parameter change: changes the record; `false` leaves it as it is.
    /// - Returns: the record afterwards.
    /// - Throws: ``LockerError``: `notFound`, `aborted`; what `change` throws.
    @discardableResult
    func update(
        _ handle: VolumeHandle,
        in io: IOContext,
        _ change: (inout VolumeRecord) throws -> Bool
    ) async throws -> VolumeRecord {
        for _ in 0..<32 {
            let (store, stored) = try await self.read(handle, in: io)
            var record = stored.value
            guard try change(&record) else { return stored.value }
            if let done = try await store.put(record, at: handle.recordKey, replacing: stored) { return done.value }
        }
        throw LockerError(.aborted, "volume \(handle.text) is changed by several at once; try again")
    }

    private func read(
        _ handle: VolumeHandle,
        in io: IOContext
    ) async throws -> (store: RecordStore, stored: Stored<VolumeRecord>) {
        guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: false),
            let stored = try await store.volume(handle.recordKey), stored.value.imageID == handle.imageID,
            stored.value.phase == .ready
        else { throw LockerError(.notFound, "volume \(handle.text) does not exist, or is being deleted") }
        return (store, stored)
    }
}
