// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import SystemPackage

extension IOContext {
    /// Up to `length` bytes of an object from `offset`; fewer where the object ends.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such object.
    package func read(_ object: String, offset: UInt64 = 0, length: Int) async throws -> [UInt8] {
        guard length > 0 else {
            // To the OSD no length is the whole object, which librados would copy over the end of an empty buffer.
            _ = try await self.size(of: object)
            return []
        }
        let buffer = ReadBuffer(capacity: length)
        let count = try await radosCall("rados_aio_read", on: self.path(object)) { completion in
            rados_aio_read(self.raw, object, completion, buffer.start, length, offset)
        }
        return [UInt8](copying: buffer.start, count: min(count, length))
    }

    /// An object's size in bytes.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such object.
    package func size(of object: String) async throws -> UInt64 {
        let size = ReadSlot<UInt64>(0)
        try await radosCall("rados_aio_stat", on: self.path(object)) { completion in
            rados_aio_stat(self.raw, object, completion, size.pointer, nil)
        }
        return size.value
    }

    /// Removes an object, omap included.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such object.
    package func remove(_ object: String) async throws {
        try await radosCall("rados_aio_remove", on: self.path(object)) { completion in
            rados_aio_remove(self.raw, object, completion)
        }
    }

    /// Runs a reading method of an object class on the OSD and gives what it returns.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such object, `EOPNOTSUPP` if there is no such method.
    package func execute(
        _ object: String,
        class className: String,
        method: String,
        input: [UInt8] = []
    ) async throws -> [UInt8] {
        let output = ReadSlot<UnsafeMutablePointer<CChar>?>(nil) { rados_buffer_free($0) }
        let length = ReadSlot<Int>(0)
        let operation = ReadOperation()
        input.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            rados_read_op_exec(
                operation.raw,
                className,
                method,
                start,
                bytes.count,
                output.pointer,
                length.pointer,
                nil
            )
        }
        try await self.submit(operation, to: object)
        return [UInt8](copying: output.value, count: length.value)
    }

    /// Whether there is an object of this name; a snapshot's clone of it does not count.
    package func hasObject(_ object: String) async throws -> Bool {
        do {
            _ = try await self.size(of: object)
            return true
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return false
        }
    }

    /// The names of the namespace's objects, in the order of their hashes.
    ///
    /// It walks the whole pool on the OSDs' side, so it is for audits and erasure, once for many images.
    ///
    /// - Parameters:
    ///   - prefix: only names that begin so.
    ///   - limit: how many at most.
    package func objects(prefix: String = "", limit: Int = .max) async throws -> [String] {
        try await self.objects(limit: limit) { $0.hasPrefix(prefix) }
    }

    /// The names of the namespace's objects that `isWanted`, in the order of their hashes; walks the whole pool.
    ///
    /// An object that is gone but for clones that the OSDs have still to trim is listed too, and is not there for any
    /// other call.
    package func objects(
        limit: Int = .max,
        where isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> [String] {
        try await self.blocking {
            var list: rados_list_ctx_t?
            try check(rados_nobjects_list_open(self.raw, &list), "rados_nobjects_list_open", self.path(""))
            guard let list else { return [] }
            defer { rados_nobjects_list_close(list) }
            var names: [String] = []
            while names.count < limit {
                var name: UnsafePointer<CChar>?
                let result = rados_nobjects_list_next(list, &name, nil, nil)
                if result == -Errno.noSuchFileOrDirectory.rawValue { break }  // the end
                try check(result, "rados_nobjects_list_next", self.path(""))
                if let name = name.map({ String(cString: $0) }), isWanted(name) { names.append(name) }
            }
            return names
        }
    }
}

/// Memory lent to librados for one read.
///
/// `@unchecked Sendable`: librados writes it before the completion, the waiting task reads it after.
private final class ReadBuffer: @unchecked Sendable {
    let start: UnsafeMutablePointer<CChar>

    init(capacity: Int) {
        self.start = .allocate(capacity: capacity)
    }

    deinit {
        self.start.deallocate()
    }
}
