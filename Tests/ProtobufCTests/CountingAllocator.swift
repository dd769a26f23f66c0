// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import Glibc

/// An allocator for libprotobuf-c that knows what has not been freed.
///
/// Not Sendable: for one decoder on one thread, and it outlives what that decoder allocates.
final class CountingAllocator {
    /// What the C functions reach through the allocator's data pointer.
    private struct Counts {
        var allocated = 0
        var freed = 0
    }

    private let counts: UnsafeMutablePointer<Counts>

    /// The form in which libprotobuf-c takes it; valid as long as this object.
    let pointer: UnsafeMutablePointer<ProtobufCAllocator>

    init() {
        self.counts = .allocate(capacity: 1)
        self.counts.initialize(to: Counts())
        self.pointer = .allocate(capacity: 1)
        let allocator = ProtobufCAllocator(
            alloc: { data, size in
                data?.assumingMemoryBound(to: Counts.self).pointee.allocated += 1
                return malloc(size)
            },
            free: { data, pointer in
                guard let pointer else { return }
                data?.assumingMemoryBound(to: Counts.self).pointee.freed += 1
                Glibc.free(pointer)
            },
            allocator_data: self.counts
        )
        self.pointer.initialize(to: allocator)
    }

    deinit {
        self.pointer.deallocate()
        self.counts.deallocate()
    }

    /// How often memory was asked for.
    var allocated: Int { self.counts.pointee.allocated }

    /// How many pieces of memory have not been given back.
    var outstanding: Int { self.counts.pointee.allocated - self.counts.pointee.freed }
}
