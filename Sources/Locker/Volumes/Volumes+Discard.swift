// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Removes an image that was never handed out, whatever part of it there is: made, half made, half removed, or
    /// nothing at all.
    ///
    /// Not by `rbd_remove`, which gives the image its name back when it is busy, and does not find it again when it was
    /// killed at the wrong moment. Instead to the trash, which a repeat goes on with, and out of there whatever bears its
    /// name and is not recorded as a volume's that is being erased. Listing the trash takes as long as there is much in
    /// it, so this is for what was interrupted or refused, not for what goes well.
    ///
    /// - Parameters:
    ///   - name: the image's; its record's own, so that nobody else has one of that name.
    ///   - key: where the record is.
    /// - Throws: `CephError` with `EBUSY` while a client that was killed still counts as alive; it can be repeated.
    func discard(_ name: String, key: RecordKey, store: RecordStore) async throws {
        let io = store.io
        do {
            try await io.moveImageToTrash(name)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            // It has no name, or has lost it already.
        }
        for entry in try await io.trash() where entry.name == name {
            guard try await store.erasure(of: key, imageID: entry.id) == nil else { continue }
            do {
                try await io.purge(id: entry.id)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // Somebody was faster.
            }
        }
        try await io.forgetImageName(name)
    }

    /// Makes an image; if an earlier attempt's removal was cut short, and has left its entry in the pool's directory, once
    /// more after that.
    ///
    /// - Parameters: as ``discard(_:key:store:)``.
    func making(_ name: String, key: RecordKey, store: RecordStore, _ make: () async throws -> Void) async throws {
        do {
            try await make()
        } catch let error as CephError where error.code == .fileExists {
            try await self.discard(name, key: key, store: store)
            try await make()
        }
    }
}
