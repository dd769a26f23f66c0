// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

extension ErasureArchive {
    /// Removes the receipts of volumes that were gone before a time. One that cannot be read stays: somebody has to look.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970.
    ///   - course: only this course's; `nil` for all.
    ///   - exporting: told the receipts of a page before they are removed; what it throws keeps them.
    /// - Returns: how many were removed.
    package func prune(
        before time: Int64,
        course: String? = nil,
        exporting: ([FiledReceipt]) async throws -> Void = { _ in }
    ) async throws -> Int {
        try await self.store.removeReceipts { imageID, bytes in
            Self.isOld(FiledReceipt(imageID: imageID, bytes: bytes), time, course)
        } _: { page in
            try await exporting(page.map { FiledReceipt(imageID: $0.imageID, bytes: $0.bytes) })
        }
    }

    /// How many receipts ``prune(before:course:exporting:)`` would remove.
    package func prunable(before time: Int64, course: String? = nil) async throws -> Int {
        var count = 0
        try await self.store.forEachReceipt { imageID, bytes in
            if Self.isOld(FiledReceipt(imageID: imageID, bytes: bytes), time, course) { count += 1 }
        }
        return count
    }

    private static func isOld(_ filed: FiledReceipt, _ time: Int64, _ course: String?) -> Bool {
        guard let receipt = filed.receipt, receipt.erasedAt > 0 else { return false }
        return receipt.erasedAt < time && (course == nil || receipt.course == course)
    }
}
