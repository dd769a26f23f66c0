// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados

/// Reads records page by page through all places: omap pages only, no image is opened.
struct RecordWalk: Sendable {
    let layouts: LayoutCache

    /// How many bytes an answer may have, by the size of its records: clients of gRPC take 4 MiB unless told otherwise.
    static let budget = 3 << 20

    /// What an entry adds to its record's own size at most: handles of 123 characters, topology, a message.
    private static let overhead = 400

    /// The records after a position.
    ///
    /// A record that is there during all pages of a walk is in one of them, once, whatever else comes and goes.
    ///
    /// - Parameters:
    ///   - places: where to look, in their order, each once.
    ///   - start: the position to go on after; `nil` for the beginning.
    ///   - limit: how many at most; 0 for as many as one answer can hold.
    ///   - isWanted: which records count.
    func page<Record: KeptRecord>(
        of type: Record.Type,
        in places: [RecordPlace],
        after start: RecordPosition?,
        limit: Int,
        where isWanted: (Record) -> Bool
    ) async throws -> RecordPage<Record> {
        var page = RecordPage<Record>()
        var size = 0
        let limit = limit == 0 ? Int.max - 1 : limit
        for place in places {
            if let start, place.order < start.place { continue }
            guard let store = try await place.store(layouts: self.layouts) else { continue }
            var shard: UInt32 = 0
            var after = ""
            if let start, place.order == start.place { (shard, after) = (start.shard, Record.name(at: start.key)) }
            while shard < store.shards {
                // One more than is missing, to know whether there is more; a few more where many may not be wanted.
                let count = min(1000, max(32, limit - page.entries.count + 1))
                let (records, hasMore) = try await store.page(
                    of: type,
                    prefix: Record.prefix,
                    shard: shard,
                    after: after,
                    limit: count
                )
                for (name, stored) in records {
                    guard isWanted(stored.value), let key = RecordKey(hex: name.dropFirst(Record.prefix.count)) else {
                        continue
                    }
                    size += stored.raw.count + Self.overhead
                    if page.entries.count == limit || size > Self.budget {
                        page.next = page.entries.last?.position
                        return page
                    }
                    let position = RecordPosition(place: place.order, shard: shard, key: key)
                    page.entries.append(.init(record: stored.value, position: position, place: place, io: store.io))
                }
                if hasMore, let last = records.last { after = last.key } else { (shard, after) = (shard + 1, "") }
            }
        }
        return page
    }
}
