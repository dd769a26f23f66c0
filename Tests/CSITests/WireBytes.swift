// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Pieces of an encoded message, written without the codec that is under test.
enum WireBytes {
    /// A base-128 number.
    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// A tag: field number and wire type.
    static func tag(_ field: UInt32, _ wireType: UInt8) -> [UInt8] {
        self.varint(UInt64(field) << 3 | UInt64(wireType))
    }

    /// A field with a number.
    static func varint(_ field: UInt32, _ value: UInt64) -> [UInt8] {
        self.tag(field, 0) + self.varint(value)
    }

    /// A field with a length before its bytes: a text, bytes, a message.
    static func delimited(_ field: UInt32, _ bytes: [UInt8]) -> [UInt8] {
        self.tag(field, 2) + self.varint(UInt64(bytes.count)) + bytes
    }

    /// The number of the field that an encoded field begins with.
    static func fieldNumber(_ record: [UInt8]) -> UInt64 {
        var value: UInt64 = 0
        for (index, byte) in record.enumerated() {
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            if byte & 0x80 == 0 { break }
        }
        return value >> 3
    }
}
