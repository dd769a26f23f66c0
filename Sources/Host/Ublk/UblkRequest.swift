// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// One request of the kernel's ublk, with memory for its data.
///
/// Requests are reused by all devices of a process; one belongs to whoever performs it until it is finished.
///
/// `@unchecked Sendable`: handed from the loop's thread to the performing one and back, never used by two at once.
final class UblkRequest: BlockRequest, PooledRequest, @unchecked Sendable {
    /// Bytes that one request reads or writes at most.
    static let maximumData = 1 << 20

    var operation = BlockOperation.flush
    var offset: UInt64 = 0
    var count: UInt64 = 0
    let data: UnsafeMutableRawPointer
    /// Which request of the queue it is.
    var tag: UInt16 = 0
    /// The queue it came from; kept alive by it, since its pages are reached through the queue's file.
    var queue: UblkQueue?
    /// What the kernel is answered: bytes, or a negative errno.
    var answer: CInt = 0
    /// How much of the data's memory was used since it was allocated.
    var used = 0

    /// Makes one; none of its data is memory before it is touched.
    init() {
        guard let memory = locker_map(Self.maximumData) else {
            // As any allocation of Swift's does.
            fatalError("no memory for a request")
        }
        self.data = memory
    }

    deinit {
        _ = locker_unmap(self.data, Self.maximumData)
    }

    /// Lets its queue go.
    func letGo() {
        self.queue = nil
    }

    func finish(_ result: Int) {
        self.queue?.finish(self, result)
    }
}
