// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import Testing

extension Laboratory {
    /// The receipts of the namespace.
    func receipts() async throws -> [FiledReceipt] {
        try await ErasureArchive.open(self.io)?.receipts() ?? []
    }

    /// What a receipt is worth to somebody who trusts the public keys of some instance keys.
    func verdict(
        _ filed: FiledReceipt,
        keys: String = "a-key-of-the-tests",
        search: DataSearch = DataSearch()
    ) async throws -> ReceiptVerdict {
        let opened = try await ErasureArchive.open(self.io)
        let archive = try #require(opened)
        let trusted = keys.isEmpty ? [] : Set(try InstanceKeys(parsing: keys).receiptPublicKeys().values)
        return try await archive.verify(filed, trusting: trusted, search: search)
    }
}
