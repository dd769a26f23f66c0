// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Pieces of encoded messages, right ones and wrong ones, written without the codec that is under test.
enum Encoded {
    /// A field with wire type 0; negative numbers are sign-extended, as protobuf has it.
    static func number(_ field: UInt8, _ value: Int64) -> [UInt8] {
        [field << 3] + self.varint(UInt64(bitPattern: value))
    }

    /// A field with wire type 2.
    static func text(_ field: UInt8, _ text: String) -> [UInt8] {
        self.delimited(field, Array(text.utf8))
    }

    /// A field with wire type 2.
    static func delimited(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [field << 3 | 2] + self.varint(UInt64(bytes.count)) + bytes
    }

    /// An entry of a `map<string, string>`; what is nil is left out.
    static func entry(_ field: UInt8, _ key: String?, _ value: String?) -> [UInt8] {
        self.delimited(field, (key.map { self.text(1, $0) } ?? []) + (value.map { self.text(2, $0) } ?? []))
    }

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
}
