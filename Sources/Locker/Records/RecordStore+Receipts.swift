// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import SystemPackage

extension RecordStore {
    static func receiptKey(_ imageID: String) -> String { "r/\(imageID)" }

    /// Ends an erasure: its receipt takes the place of its record, in one operation, if that is still the one that was
    /// read and there is no receipt yet.
    ///
    /// - Returns: whether it was.
    func putReceipt(_ receipt: StoredReceipt, replacing erasure: Stored<VolumeRecord>, at key: RecordKey) async throws
        -> Bool
    {
        let imageID = erasure.value.imageID
        let bytes = try receipt.encoded()
        return try await self.compareAndWrite(self.shard(of: key)) { operation in
            operation.compareOmap(key: Self.erasureKey(imageID), equals: erasure.raw)
            operation.compareOmap(key: Self.receiptKey(imageID), equals: [])
            operation.removeOmap([Self.erasureKey(imageID)])
            operation.setOmap([Self.receiptKey(imageID): bytes])
        }
    }

    /// The bytes of the receipt of a volume whose record was at a key; `nil` if there is none.
    func receipt(imageID: String, of key: RecordKey) async throws -> [UInt8]? {
        let name = Self.receiptKey(imageID)
        return try await self.io.omapValuesIfPresent(of: self.shard(of: key), keys: [name])[name]
    }

    /// The bytes of an image's receipt, by asking every shard; `nil` if there is none.
    package func receipt(imageID: String) async throws -> [UInt8]? {
        let key = Self.receiptKey(imageID)
        for shard in 0..<self.shards {
            let found = try await self.io.omapValuesIfPresent(of: Self.shardName(shard), keys: [key])[key]
            if let found { return found }
        }
        return nil
    }

    /// Every receipt, page after page: the image's id and the stored bytes.
    package func forEachReceipt(_ body: (_ imageID: String, _ bytes: [UInt8]) async throws -> Void) async throws {
        for shard in 0..<self.shards {
            try await self.io.forEachOmapEntry(of: Self.shardName(shard), prefix: "r/") { key, value in
                try await body(String(key.dropFirst(2)), value)
            }
        }
    }

    /// Removes receipts, page after page: those that `isWanted` says of, once it has been told all of a page.
    ///
    /// Each goes only if it is still the one that was told; a removal that loses that race is left to a repeat.
    ///
    /// - Parameters:
    ///   - isWanted: whether one is to go, by the image's id and the stored bytes.
    ///   - goes: told the page's that are to go before they do; what it throws keeps them.
    /// - Returns: how many went.
    func removeReceipts(
        where isWanted: (_ imageID: String, _ bytes: [UInt8]) -> Bool,
        _ goes: ([(imageID: String, bytes: [UInt8])]) async throws -> Void
    ) async throws -> Int {
        var count = 0
        for shard in 0..<self.shards {
            let name = Self.shardName(shard)
            var start = ""
            while true {
                let page: (entries: [(key: String, value: [UInt8])], hasMore: Bool)
                do {
                    page = try await self.io.omapPage(of: name, after: start, prefix: "r/", limit: 128)
                } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                    break
                }
                let old = page.entries.filter { isWanted(String($0.key.dropFirst(2)), $0.value) }
                if !old.isEmpty {
                    try await goes(old.map { (String($0.key.dropFirst(2)), $0.value) })
                    let isDone = try await self.compareAndWrite(name) { operation in
                        for (key, value) in old { operation.compareOmap(key: key, equals: value) }
                        operation.removeOmap(old.map(\.key))
                    }
                    if isDone { count += old.count }
                }
                guard page.hasMore, let last = page.entries.last else { break }
                start = last.key
            }
        }
        return count
    }
}
