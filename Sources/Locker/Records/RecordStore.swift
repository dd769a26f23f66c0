// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
internal import ProtobufC
package import Rados
internal import SystemPackage

/// The records of one pool and RADOS namespace.
///
/// A record is a value in the omap of one of the shards' objects, and every change compares the value that was read
/// before it writes the next, in one operation on the OSD: two controllers meet there, and so do two nodes.
/// docs/records.md describes the keys; they are permanent.
package struct RecordStore: Sendable {
    /// The pool and namespace, on the connection that the changes are made with.
    package let io: IOContext

    /// How many shards there are: a power of two.
    package let shards: UInt32

    /// Opens the records of a pool and namespace.
    ///
    /// - Parameter creating: whether to begin where there are none.
    /// - Returns: `nil` where there are none and none are to be begun.
    package static func open(
        _ io: IOContext,
        layouts: LayoutCache,
        creating: Bool,
        clock: WallClock = .system
    ) async throws -> RecordStore? {
        guard let layout = try await layouts.layout(of: io, creating: creating, clock: clock) else { return nil }
        return RecordStore(io: io, shards: layout.shards)
    }

    /// The object that holds a volume's record.
    package func shard(of key: RecordKey) -> String {
        let hash = key.bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Self.shardName(hash & (self.shards - 1))
    }

    /// The object of a shard's number.
    package static func shardName(_ index: UInt32) -> String {
        "locker.shard.\(String(index, radix: 16))"
    }

    static func erasureKey(_ imageID: String) -> String { "e/\(imageID)" }

    /// A volume's record.
    ///
    /// - Returns: `nil` if there is none.
    /// - Throws: `CephError`; ``LockerError`` with `failedPrecondition` for a record of a later version.
    package func volume(_ key: RecordKey) async throws -> Stored<VolumeRecord>? {
        try await self.record(VolumeRecord.self, at: key)
    }

    /// The record of a kind at a key.
    ///
    /// - Returns: `nil` if there is none.
    /// - Throws: `CephError`; ``LockerError`` with `failedPrecondition` for a record of a later version.
    package func record<Record: KeptRecord>(
        _ type: Record.Type,
        at key: RecordKey
    ) async throws -> Stored<Record>? {
        try await self.value(Record.name(at: key), in: self.shard(of: key))
    }

    /// The record of a volume that is being erased.
    package func erasure(of key: RecordKey, imageID: String) async throws -> Stored<VolumeRecord>? {
        try await self.value(Self.erasureKey(imageID), in: self.shard(of: key))
    }

    /// Writes the record of a volume that is being erased in place of the one that was read.
    ///
    /// - Returns: as ``put(_:at:replacing:)`` does.
    func putErasure(
        _ record: VolumeRecord,
        at key: RecordKey,
        replacing previous: Stored<VolumeRecord>
    ) async throws -> Stored<VolumeRecord>? {
        try await self.put(record, named: Self.erasureKey(record.imageID), at: key, replacing: previous)
    }

    private func value<Record: KeptRecord>(_ name: String, in shard: String) async throws -> Stored<Record>? {
        guard let raw = try await self.io.omapValuesIfPresent(of: shard, keys: [name])[name] else { return nil }
        return try self.decoded(raw, name: name, shard: shard)
    }

    private func decoded<Record: KeptRecord>(_ raw: [UInt8], name: String, shard: String) throws -> Stored<Record> {
        let record: Record
        do {
            record = try Record(decoding: raw)
        } catch {
            throw LockerError(.internal, "record \(self.io.path(shard)) \(name) cannot be read: \(error)", cause: error)
        }
        guard record.format == 1 else {
            throw LockerError(
                .failedPrecondition,
                "record \(self.io.path(shard)) \(name) has format \(record.format), which this version of Locker cannot read"
            )
        }
        return Stored(record, raw: raw)
    }

    /// Writes a record where there is none, or in place of the one that was read.
    ///
    /// - Returns: the record with its revision and bytes; `nil` if somebody else has changed it meanwhile.
    package func put<Record: KeptRecord>(
        _ record: Record,
        at key: RecordKey,
        replacing previous: Stored<Record>?
    ) async throws -> Stored<Record>? {
        try await self.put(record, named: Record.name(at: key), at: key, replacing: previous)
    }

    private func put<Record: KeptRecord>(
        _ record: Record,
        named name: String,
        at key: RecordKey,
        replacing previous: Stored<Record>?
    ) async throws -> Stored<Record>? {
        var record = record
        record.format = 1
        record.revision = (previous?.value.revision ?? 0) + 1
        let bytes = try record.encoded()
        let isDone = try await self.compareAndWrite(self.shard(of: key)) { operation in
            operation.create(exclusive: false)
            operation.compareOmap(key: name, equals: previous?.raw ?? [])
            operation.setOmap([name: bytes])
        }
        return isDone ? Stored(record, raw: bytes) : nil
    }

    /// Removes a record, if it is still the one that was read.
    ///
    /// - Returns: whether it was.
    package func remove<Record: KeptRecord>(_ previous: Stored<Record>, at key: RecordKey) async throws -> Bool {
        let name = Record.name(at: key)
        return try await self.compareAndWrite(self.shard(of: key)) { operation in
            operation.compareOmap(key: name, equals: previous.raw)
            operation.removeOmap([name])
        }
    }

    /// Moves a volume's record to those that are being erased: its name is free from then on.
    ///
    /// - Returns: whether the record was still the one that was read.
    package func moveToErasure(
        _ record: VolumeRecord,
        replacing previous: Stored<VolumeRecord>,
        at key: RecordKey
    ) async throws -> Bool {
        var record = record
        record.revision = previous.value.revision + 1
        let bytes = try record.encoded()
        let name = VolumeRecord.name(at: key)
        return try await self.compareAndWrite(self.shard(of: key)) { operation in
            operation.compareOmap(key: name, equals: previous.raw)
            operation.removeOmap([name])
            operation.setOmap([Self.erasureKey(record.imageID): bytes])
        }
    }

    /// Changes a shard; `false` if a comparison did not hold.
    func compareAndWrite(
        _ shard: String,
        _ build: (inout WriteOperation) -> Void
    ) async throws -> Bool {
        do {
            try await self.io.write(shard, build)
            return true
        } catch let error as CephError where error.code == .canceled && error.call == "rados_aio_write_op_operate" {
            return false
        }
    }

    /// A page of records in the order of shard and key, without opening any image.
    ///
    /// - Parameters:
    ///   - prefix: "v/" for volumes, "e/" for what is being erased, "s/" and "g/" for snapshots.
    ///   - shard: the shard's number.
    ///   - start: the key to go on after.
    ///   - limit: how many at most.
    package func page<Record: KeptRecord>(
        of type: Record.Type,
        prefix: String,
        shard: UInt32,
        after start: String = "",
        limit: Int
    ) async throws -> (records: [(key: String, record: Stored<Record>)], hasMore: Bool) {
        let name = Self.shardName(shard)
        do {
            let page = try await self.io.omapPage(of: name, after: start, prefix: prefix, limit: limit)
            let records: [(key: String, record: Stored<Record>)] = try page.entries.map {
                (key: $0.key, record: try self.decoded($0.value, name: $0.key, shard: name))
            }
            return (records, page.hasMore)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return ([], false)
        }
    }

    /// Every record with a prefix, page after page.
    package func forEach<Record: KeptRecord>(
        of type: Record.Type,
        prefix: String,
        _ body: (_ key: String, _ record: Stored<Record>) async throws -> Void
    ) async throws {
        for shard in 0..<self.shards {
            var start = ""
            while true {
                let page = try await self.page(of: type, prefix: prefix, shard: shard, after: start, limit: 256)
                for (key, record) in page.records { try await body(key, record) }
                guard page.hasMore, let last = page.records.last else { break }
                start = last.key
            }
        }
    }
}
