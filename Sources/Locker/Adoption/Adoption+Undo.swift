// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage

extension Adoption {
    /// Gives a volume back to ceph-csi, as long as nothing has changed it since it was adopted; a repeat goes on.
    ///
    /// - Parameter name: the PersistentVolume's name, or the image's.
    /// - Returns: what ceph-csi's journal says.
    /// - Throws: ``LockerError``: `notFound` if Locker has no such volume, `failedPrecondition` if it was used since.
    package func undo(_ name: String) async throws -> JournalEntry {
        let entry = try await JournalEntry.find(name, instance: self.journal, in: self.io)
        return try await self.takeBack(entry, imageID: nil)
    }

    /// Name, record, ledger: the reverse of an adoption.
    ///
    /// - Parameter imageID: the image that was adopted just now and came into use; `nil` refuses one that is in use.
    func takeBack(_ entry: JournalEntry, imageID: String?) async throws -> JournalEntry {
        let key = RecordKey(instance: self.instance, name: entry.requestName)
        guard let store = try await self.store(creating: false), let found = try await store.volume(key) else {
            throw LockerError(.notFound, "Locker has no volume \"\(entry.requestName)\"")
        }
        let record = found.value
        // Every use of it that matters changes its record: being published, grown, limited, deleted.
        guard record.revision == 1, entry.imageID.isEmpty || entry.imageID == record.imageID else {
            throw LockerError(
                .failedPrecondition,
                "volume \"\(entry.requestName)\" was used since it was adopted, or was not adopted: it stays Locker's"
            )
        }
        let look = try await self.io.withImage(.id(record.imageID), readOnly: true) { try AdoptionPlan.ImageLook($0) }
        let reasons = (imageID == nil ? look.inUse : []) + (look.snapshots.isEmpty ? [] : ["it has snapshots"])
        guard reasons.isEmpty else {
            throw LockerError(
                .failedPrecondition,
                "volume \"\(entry.requestName)\" stays Locker's: \(reasons.joined(separator: "; "))"
            )
        }
        if look.info.name != entry.imageName {
            try await self.io.renameImage(look.info.name, to: entry.imageName)
        }
        guard try await store.remove(found, at: key) else {
            throw LockerError(
                .aborted,
                "volume \"\(entry.requestName)\" was changed while it was given back; doctor says how to name its image"
            )
        }
        try await Ledger(course: record.course, io: self.io, clock: self.clock).release(key, student: record.student)
        return entry
    }
}
