// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados

extension ClassParameters {
    /// The quota as the ledger is to keep it; `nil` where the class names no course: it says nothing about the classes
    /// that do.
    var statedQuota: Quota? { self.course.isEmpty ? nil : self.quota }

    /// The student whose claim the volume is for; empty where nobody knows.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` if it has to be known, or cannot be told from the claim's name.
    func student() throws(LockerError) -> String {
        let student = try self.studentSource.student(of: self.claim)
        guard !student.isEmpty || self.quota.student == .none else {
            throw LockerError(
                .invalidArgument,
                "the StorageClass has a quota for each student (studentQuota, studentVolumes), but the request does not"
                    + " tell whose volume it is: run the provisioner with --extra-create-metadata"
            )
        }
        return student
    }
}

extension Volumes {
    /// Counts a new volume, and takes its record back if a quota has no room for it.
    ///
    /// - Parameters:
    ///   - mine: the record, in its creation.
    ///   - isRepeated: whether an earlier attempt was cut short, so that there may be anything of its image.
    /// - Throws: ``LockerError`` with `resourceExhausted`.
    func count(
        _ mine: Stored<VolumeRecord>,
        for request: VolumeRequest,
        key: RecordKey,
        store: RecordStore,
        isRepeated: Bool
    ) async throws {
        let record = mine.value
        let ledger = self.ledger(course: record.course, io: store.io)
        do {
            try await ledger.count(
                key,
                student: record.student,
                bytes: record.payloadBytes,
                quota: request.parameters.statedQuota
            )
        } catch let error as LockerError where error.code == .resourceExhausted {
            if !isRepeated {
                _ = try await store.remove(mine, at: key)
            } else if request.source != nil {
                try await self.takeBackClone(mine, key: key, store: store, candidates: [store.io.namespace])
            } else {
                try await self.discard(record.imageName, key: key, store: store)
                try await self.rollBack(mine, key: key, store: store, ledger: ledger)
            }
            throw error
        }
    }
}
