// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux

/// The attributes of a netlink message, one after another: a length, a type and a value each, padded to four bytes.
///
/// Numbers are in this machine's byte order. See: man 7 netlink, linux/netlink.h (`struct nlattr`).
package struct NetlinkAttributes: Sendable, Hashable {
    /// The attributes as a message carries them.
    package private(set) var bytes: [UInt8]

    /// No attribute.
    package init() {
        self.bytes = []
    }

    /// Those of a message; what is not whole at the end is not looked at.
    package init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Adds a number.
    package mutating func append(_ type: Int, _ number: some FixedWidthInteger) {
        self.append(type, withUnsafeBytes(of: number) { Array($0) })
    }

    /// Adds text, with the NUL that the kernel's strings end with.
    package mutating func append(_ type: Int, text: String) {
        self.append(type, Array(text.utf8) + [0])
    }

    /// Adds an attribute that is a list of attributes.
    package mutating func append(_ type: Int, nested: NetlinkAttributes) {
        self.append(type | Int(NLA_F_NESTED), nested.bytes)
    }

    /// The first attribute of a type as a number of its length; `nil` if there is none or it is shorter.
    package func number<Number: FixedWidthInteger>(_ type: Int, as: Number.Type) -> Number? {
        guard let value = self.value(type), value.count >= MemoryLayout<Number>.size else { return nil }
        return value.withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
    }

    /// The first attribute of a type as text, up to its first NUL.
    package func text(_ type: Int) -> String? {
        self.value(type).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The first attribute of a type as a list of attributes.
    package func nested(_ type: Int) -> NetlinkAttributes? {
        self.value(type).map { NetlinkAttributes(bytes: $0) }
    }

    /// The value of the first attribute of a type.
    package func value(_ type: Int) -> ArraySlice<UInt8>? {
        self.all().first { $0.type == type }?.value
    }

    /// Every attribute in order, its type without the flags.
    package func all() -> [(type: Int, value: ArraySlice<UInt8>)] {
        var found: [(type: Int, value: ArraySlice<UInt8>)] = []
        var start = 0
        while start + 4 <= self.bytes.count {
            let (length, type) = self.bytes.withUnsafeBytes { bytes in
                (
                    Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt16.self)),
                    Int(bytes.loadUnaligned(fromByteOffset: start + 2, as: UInt16.self))
                )
            }
            guard length >= 4, start + length <= self.bytes.count else { break }
            found.append((type & 0x3fff, self.bytes[(start + 4)..<(start + length)]))
            start += (length + 3) & ~3
        }
        return found
    }

    private mutating func append(_ type: Int, _ value: [UInt8]) {
        precondition(value.count <= Int(UInt16.max) - 4, "an attribute's length has 16 bits")
        withUnsafeBytes(of: UInt16(4 + value.count)) { self.bytes += $0 }
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: type)) { self.bytes += $0 }
        self.bytes += value
        while self.bytes.count % 4 != 0 { self.bytes.append(0) }
    }
}
