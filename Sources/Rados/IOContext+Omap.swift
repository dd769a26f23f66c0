// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import SystemPackage

extension IOContext {
    /// Changes an object: all steps that `build` adds, or none.
    ///
    /// - Throws: ``CephError``: `ECANCELED` if a comparison did not hold, `EEXIST` and `ENOENT` as the steps say,
    ///   `ESHUTDOWN` if this client is blocklisted, `ETIMEDOUT` if the OSD did not answer in time: the change may then
    ///   have happened, or may still.
    package func write(_ object: String, _ build: (inout WriteOperation) -> Void) async throws {
        var operation = WriteOperation()
        build(&operation)
        try await self.submit(operation, to: object)
    }

    private func submit(_ operation: borrowing WriteOperation, to object: String) async throws(CephError) {
        try await radosCall("rados_aio_write_op_operate", on: self.path(object)) { completion in
            rados_aio_write_op_operate(operation.raw, self.raw, completion, object, nil, 0)
        }
    }

    /// The values of some of an object's omap keys; keys that are absent are missing in the result.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such object.
    package func omapValues(of object: String, keys: [String]) async throws -> [String: [UInt8]] {
        guard !keys.isEmpty else { return [:] }
        let found = OmapSlot(nil) { if let iterator = $0 { rados_omap_get_end(iterator) } }
        let operation = ReadOperation()
        withPointers(to: keys.map { Array($0.utf8) }) { pointers, lengths in
            rados_read_op_omap_get_vals_by_keys2(operation.raw, pointers, keys.count, lengths, found.pointer, nil)
        }
        try await self.submit(operation, to: object)
        return Dictionary(found.entries().map { ($0.key, $0.value) }) { $1 }
    }

    /// The values of some of an object's omap keys; keys that are absent are missing in the result, and all of an object
    /// that does not exist.
    package func omapValuesIfPresent(of object: String, keys: [String]) async throws -> [String: [UInt8]] {
        do {
            return try await self.omapValues(of: object, keys: keys)
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return [:]
        }
    }

    /// Every entry of an object's omap whose key begins with a prefix, in the order of the keys; none of an object that
    /// does not exist.
    ///
    /// - Parameter page: how many are asked for at once.
    package func forEachOmapEntry(
        of object: String,
        prefix: String = "",
        page: Int = 256,
        _ body: (_ key: String, _ value: [UInt8]) async throws -> Void
    ) async throws {
        var start = ""
        while true {
            let found: (entries: [(key: String, value: [UInt8])], hasMore: Bool)
            do {
                found = try await self.omapPage(of: object, after: start, prefix: prefix, limit: page)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                return
            }
            for (key, value) in found.entries { try await body(key, value) }
            guard found.hasMore, let last = found.entries.last else { return }
            start = last.key
        }
    }

    /// A page of an object's omap in the order of its keys.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - start: the key to go on after; empty for the beginning.
    ///   - prefix: only keys that begin so.
    ///   - limit: how many entries at most; an OSD may give fewer although more follow.
    /// - Throws: ``CephError`` with `ENOENT` if there is no such object.
    package func omapPage(
        of object: String,
        after start: String = "",
        prefix: String = "",
        limit: Int
    ) async throws -> (entries: [(key: String, value: [UInt8])], hasMore: Bool) {
        let found = OmapSlot(nil) { if let iterator = $0 { rados_omap_get_end(iterator) } }
        let more = ReadSlot<UInt8>(0)
        let operation = ReadOperation()
        rados_read_op_omap_get_vals2(
            operation.raw,
            start,
            prefix,
            UInt64(clamping: limit),
            found.pointer,
            more.pointer,
            nil
        )
        try await self.submit(operation, to: object)
        return (found.entries(), more.value != 0)
    }

    /// Sends a read operation and waits for it; slots it fills are the caller's to keep.
    func submit(_ operation: borrowing ReadOperation, to object: String) async throws(CephError) {
        try await radosCall("rados_aio_read_op_operate", on: self.path(object)) { completion in
            rados_aio_read_op_operate(operation.raw, self.raw, completion, object, 0)
        }
    }
}

/// Where a read operation puts its iterator over omap entries.
private typealias OmapSlot = ReadSlot<rados_omap_iter_t?>

extension ReadSlot<rados_omap_iter_t?> {
    /// The entries the iterator stands before.
    fileprivate func entries() -> [(key: String, value: [UInt8])] {
        guard let iterator = self.value else { return [] }
        var entries: [(key: String, value: [UInt8])] = []
        var key: UnsafeMutablePointer<CChar>?
        var value: UnsafeMutablePointer<CChar>?
        var keyLength = 0
        var valueLength = 0
        while rados_omap_get_next2(iterator, &key, &value, &keyLength, &valueLength) == 0, key != nil {
            let name = String(decoding: [UInt8](copying: key, count: keyLength), as: UTF8.self)
            entries.append((name, [UInt8](copying: value, count: valueLength)))
        }
        return entries
    }
}
