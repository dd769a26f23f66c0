// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Reads Ceph's encoding: integers little-endian, texts as a 32-bit length and bytes.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.rest = bytes[...]
    }

    /// The next structure with a header of its own (`ENCODE_START`: version, oldest version that can read it, length),
    /// to be read by itself: a newer Ceph's may have more at its end.
    mutating func structure() -> WireReader? {
        guard self.integer(UInt8.self) != nil, self.integer(UInt8.self) != nil, let length = self.integer(UInt32.self),
            self.rest.count >= Int(length)
        else { return nil }
        defer { self.rest.removeFirst(Int(length)) }
        return WireReader(Array(self.rest.prefix(Int(length))))
    }

    /// The next integer, or `nil` if there are too few bytes.
    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type) -> Value? {
        let size = Value.bitWidth / 8
        guard self.rest.count >= size else { return nil }
        defer { self.rest.removeFirst(size) }
        return self.rest.prefix(size).reversed().reduce(0) { $0 << 8 | Value($1) }
    }

    /// The next text, or `nil` if there are too few bytes or they are not UTF-8.
    mutating func string() -> String? {
        guard let length = self.integer(UInt32.self), self.rest.count >= Int(length) else { return nil }
        defer { self.rest.removeFirst(Int(length)) }
        return String(validating: self.rest.prefix(Int(length)), as: UTF8.self)
    }

    /// Passes over the next text, or bytes; `false` if there are too few.
    mutating func skip() -> Bool {
        guard let length = self.integer(UInt32.self), self.rest.count >= Int(length) else { return false }
        self.rest.removeFirst(Int(length))
        return true
    }
}
