// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A place in encoded bytes that goes forward value by value, and never past the end.
struct WireCursor {
    private let bytes: UnsafeRawBufferPointer

    /// The offset of the next byte.
    private(set) var position: Int

    /// Where the present message ends; narrowed while one that is nested in it is read.
    var end: Int

    /// A cursor at the beginning of bytes that outlive it.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.position = 0
        self.end = bytes.count
    }

    /// Whether the present message has been read.
    var isAtEnd: Bool {
        self.position >= self.end
    }

    /// A varint of at most ten bytes; nil when the bytes end before it does.
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while self.position < self.end, shift < 70 {
            let byte = self.bytes[self.position]
            self.position += 1
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }

    /// Steps over the value that follows a tag.
    ///
    /// - Parameter wireType: The tag's low three bits.
    /// - Returns: The value's bytes, less the length before them; nil when they end too early, and for groups, which
    ///   proto3 does not have.
    mutating func skipValue(wireType: UInt8) -> Range<Int>? {
        let start = self.position
        switch wireType {
        case 0: return self.varint().map { _ in start..<self.position }
        case 1: return self.skip(8)
        case 5: return self.skip(4)
        case 2:
            guard let length = self.varint(), length <= UInt64(self.end - self.position) else { return nil }
            return self.skip(Int(length))
        default: return nil
        }
    }

    /// Goes to an offset that `skipValue` has named.
    mutating func move(to position: Int) {
        self.position = position
    }

    private mutating func skip(_ count: Int) -> Range<Int>? {
        guard self.end - self.position >= count else { return nil }
        self.position += count
        return (self.position - count)..<self.position
    }
}
