// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

extension [UInt8] {
    /// A copy of what a C call gave: `count` bytes at `start`; empty for a null pointer.
    package init(copying start: UnsafePointer<CChar>?, count: Int) {
        guard let start, count > 0 else {
            self = []
            return
        }
        self = [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// Lends byte strings to a C call that takes an array of pointers and an array of lengths.
///
/// The pointers are good until `body` returns, and each points at one byte at least.
func withPointers<Result>(
    to strings: [[UInt8]],
    _ body: (_ pointers: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int>?) -> Result
) -> Result {
    let lengths = strings.map(\.count)
    // One buffer for all, and a last byte so that an empty string at its end has an address too.
    let flat = Array(strings.joined()) + [0]
    return flat.withUnsafeBytes { bytes in
        var offset = 0
        let pointers: [UnsafePointer<CChar>?] = lengths.map { length in
            defer { offset += length }
            return bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
        }
        return pointers.withUnsafeBufferPointer { pointers in
            lengths.withUnsafeBufferPointer { body(pointers.baseAddress, $0.baseAddress) }
        }
    }
}
