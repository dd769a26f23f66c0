// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import Rados

extension Volumes {
    /// Corrects the totals of the courses of a namespace that a controller of before there were quotas has counted past.
    ///
    /// - Throws: `CephError`; ``LockerError`` with `aborted` while a ledger is changed all the time.
    func recountCourses(in io: IOContext) async throws {
        for course in try await NamespaceIndex.courses(of: io) {
            let object = LedgerObject(course: course, io: io)
            guard let (before, after) = try await object.recount() else { continue }
            self.logger.warning(
                "A course's total was not what its volumes sum up to, as a controller of an older version leaves it",
                metadata: [
                    "volume.course": "\(course)", "before": "\(before.bytes) bytes, \(before.volumes) volumes",
                    "after": "\(after.bytes) bytes, \(after.volumes) volumes",
                ]
            )
        }
    }
}
