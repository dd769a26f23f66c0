// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import Synchronization

/// The connection's C handle, shared by the ``Cluster`` and every ``IOContext`` made from it.
///
/// librados wants `rados_shutdown` to come after the last use of any I/O context. Counting references gives that
/// order without anybody having to wait: whoever lets go last ends the connection. `rados_shutdown` blocks, and the
/// last reference may go on one of librados' own threads, which would then wait for itself; so `deinit` hands the call
/// to the pool.
///
/// `@unchecked Sendable`: the pointer never changes, and librados locks inside (its manual: a `rados_t` may be used
/// by many threads).
final class ClusterHandle: @unchecked Sendable {
    let raw: rados_t
    let pool: BlockingPool
    private let ended = Atomic<Bool>(false)

    init(adopting raw: rados_t, pool: BlockingPool) {
        self.raw = raw
        self.pool = pool
    }

    /// Ends the connection on this thread, which blocks; only for who knows that nobody else holds the handle.
    func shutDown() {
        guard !self.ended.exchange(true, ordering: .acquiringAndReleasing) else { return }
        rados_shutdown(self.raw)
    }

    deinit {
        guard !self.ended.load(ordering: .acquiring) else { return }
        // As a number, since a pointer may not cross to another thread; nobody else holds this one any more.
        let address = UInt(bitPattern: self.raw)
        self.pool.enqueue { rados_shutdown(UnsafeMutableRawPointer(bitPattern: address)) }
    }
}
