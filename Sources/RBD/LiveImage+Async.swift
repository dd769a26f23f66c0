// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados

// The same requests for tasks, which are suspended until the completion; cancelling a task does not end a request.
extension LiveImage {
    /// Reads `count` bytes at `offset`.
    package func read(offset: UInt64, count: Int) async throws -> [UInt8] {
        let memory = IOMemory(count: count)
        let read = try await self.result("rbd_aio_read") { done in
            self.read(offset: offset, into: memory.start, count: count, completion: done)
        }
        return memory.bytes(read)
    }

    /// Writes `bytes` at `offset`.
    package func write(offset: UInt64, _ bytes: [UInt8]) async throws {
        let memory = IOMemory(bytes)
        try await self.result("rbd_aio_write") { done in
            self.write(offset: offset, from: memory.start, count: bytes.count, completion: done)
        }
        withExtendedLifetime(memory) {}
    }

    /// Gives `count` bytes at `offset` back to the pool.
    package func discard(offset: UInt64, count: UInt64) async throws {
        try await self.result("rbd_aio_discard") { self.discard(offset: offset, count: count, completion: $0) }
    }

    /// Zeroes `count` bytes at `offset`.
    package func writeZeroes(offset: UInt64, count: Int) async throws {
        try await self.result("rbd_aio_write_zeroes") { self.writeZeroes(offset: offset, count: count, completion: $0) }
    }

    /// Makes completed writes durable.
    package func flush() async throws {
        try await self.result("rbd_aio_flush") { self.flush(completion: $0) }
    }

    @discardableResult
    private func result(_ call: String, _ request: (@escaping @Sendable (Int) -> Void) -> Void) async throws -> Int {
        let box = CompletionBox()
        request { box.finish($0) }
        return try check(await box.result(), call, self.path)
    }
}

/// Memory of one request.
///
/// `@unchecked Sendable`: lent to librbd between submitting and completion, and touched here only before and after.
private final class IOMemory: @unchecked Sendable {
    let start: UnsafeMutableRawPointer

    init(count: Int) {
        self.start = .allocate(byteCount: max(count, 1), alignment: 16)
    }

    convenience init(_ bytes: [UInt8]) {
        self.init(count: bytes.count)
        self.start.copyMemory(from: bytes, byteCount: bytes.count)
    }

    func bytes(_ count: Int) -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: self.start, count: count))
    }

    deinit {
        self.start.deallocate()
    }
}
