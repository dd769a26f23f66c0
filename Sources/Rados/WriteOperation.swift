// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados

/// Changes to one object that happen together or not at all.
///
/// Filled by the closure given to ``IOContext/write(_:_:)``; steps run in the order they were added, and a step that
/// fails (a comparison, an exclusive create) undoes the whole. Used on one thread; all bytes given are copied.
package struct WriteOperation: ~Copyable {
    let raw: rados_write_op_t

    init() {
        // librados' own allocation throws (and so aborts) when there is no memory, so it never gives null.
        guard let raw = rados_create_write_op() else { preconditionFailure("rados_create_write_op gave null") }
        self.raw = raw
    }

    deinit {
        rados_release_write_op(self.raw)
    }

    /// Makes the object if it does not exist.
    ///
    /// - Parameter exclusive: whether an object that exists fails the operation with `EEXIST`.
    package mutating func create(exclusive: Bool) {
        rados_write_op_create(self.raw, exclusive ? LIBRADOS_CREATE_EXCLUSIVE : LIBRADOS_CREATE_IDEMPOTENT, nil)
    }

    /// Fails the operation with `ENOENT` if the object does not exist.
    package mutating func assertExists() {
        rados_write_op_assert_exists(self.raw)
    }

    /// Fails the operation with `ECANCELED` unless the omap key holds exactly these bytes; an absent key equals no
    /// bytes. (`rados_write_op_omap_cmp`)
    package mutating func compareOmap(key: String, equals value: [UInt8]) {
        withPointers(to: [Array(key.utf8), value]) { pointers, lengths in
            guard let pointers, let lengths else { return }
            let equal = UInt8(LIBRADOS_CMPXATTR_OP_EQ)
            rados_write_op_omap_cmp2(self.raw, pointers[0], equal, pointers[1], lengths[0], lengths[1], nil)
        }
    }

    /// Sets omap keys.
    package mutating func setOmap(_ entries: [String: [UInt8]]) {
        guard !entries.isEmpty else { return }
        let pairs = Array(entries)
        withPointers(to: pairs.map { Array($0.key.utf8) }) { keys, keyLengths in
            withPointers(to: pairs.map(\.value)) { values, valueLengths in
                rados_write_op_omap_set2(self.raw, keys, values, keyLengths, valueLengths, pairs.count)
            }
        }
    }

    /// Removes omap keys; one that is absent is no error.
    package mutating func removeOmap(_ keys: [String]) {
        guard !keys.isEmpty else { return }
        withPointers(to: keys.map { Array($0.utf8) }) { pointers, lengths in
            rados_write_op_omap_rm_keys2(self.raw, pointers, lengths, keys.count)
        }
    }

    /// Replaces the object's data.
    package mutating func writeFull(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            rados_write_op_write_full(self.raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }

    /// Removes the object, omap included.
    package mutating func removeObject() {
        rados_write_op_remove(self.raw)
    }

    /// Runs a method of an object class on the OSD; what it gives back is not returned by a write operation.
    package mutating func execute(class className: String, method: String, input: [UInt8]) {
        input.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            rados_write_op_exec(self.raw, className, method, start, bytes.count, nil)
        }
    }
}
