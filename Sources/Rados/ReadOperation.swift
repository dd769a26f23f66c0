// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados

/// Reads of one object that see it in one state.
struct ReadOperation: ~Copyable {
    let raw: rados_read_op_t

    init() {
        // librados' own allocation throws (and so aborts) when there is no memory, so it never gives null.
        guard let raw = rados_create_read_op() else { preconditionFailure("rados_create_read_op gave null") }
        self.raw = raw
    }

    deinit {
        rados_release_read_op(self.raw)
    }
}

/// Memory that librados fills while a read operation runs: it stays in place until the slot goes.
///
/// `@unchecked Sendable`: librados writes it before the completion and the waiting task reads it after, ordered by
/// ``CompletionBox``.
final class ReadSlot<Value>: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Value>
    private let cleanUp: (Value) -> Void

    init(_ initial: Value, cleanUp: @escaping (Value) -> Void = { _ in }) {
        self.pointer = .allocate(capacity: 1)
        self.pointer.initialize(to: initial)
        self.cleanUp = cleanUp
    }

    deinit {
        self.cleanUp(self.pointer.pointee)
        self.pointer.deinitialize(count: 1)
        self.pointer.deallocate()
    }

    var value: Value { self.pointer.pointee }
}
