// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados
internal import SystemPackage

/// Calls one of librbd's list functions until its array is large enough, and reads what it filled.
///
/// - Parameters:
///   - count: how many elements to offer first.
///   - fill: the call: takes the array and its length, sets the length to what is there, and answers `ERANGE` if that
///     is more.
///   - read: copies the elements and frees them.
func withList<Element, Count: FixedWidthInteger, Result>(
    of type: Element.Type,
    count: Count = 64,
    call: String,
    object: @autoclosure () -> String,
    fill: (UnsafeMutablePointer<Element>?, inout Count) -> CInt,
    read: (UnsafeMutableBufferPointer<Element>) throws -> [Result]
) throws -> [Result] {
    var capacity = count
    while true {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: Int(capacity))
        defer { buffer.deallocate() }
        // librbd reads nothing of it, but some of its clean-up calls expect zeroes behind the last element.
        UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, repeating: 0)
        var found = capacity
        let result = fill(buffer.baseAddress, &found)
        if result == -Errno.outOfRange.rawValue {
            // What is there may grow between two calls.
            capacity = max(found, capacity) + 16
            continue
        }
        try check(result, call, object())
        // Some calls say how many by their result, the others only by the length.
        let filled = result > 0 ? Int(result) : Int(found)
        return try read(UnsafeMutableBufferPointer(rebasing: buffer.prefix(filled)))
    }
}

/// Calls one of librbd's functions that fill one or more text buffers until they are large enough.
///
/// - Parameters:
///   - fill: the call: takes a buffer and its length, sets the length that is needed, and answers `ERANGE` if that is
///     more.
/// - Returns: the buffer, the length the call set, and what it returned.
func withText(
    capacity: Int = 256,
    call: String,
    object: @autoclosure () -> String,
    fill: (UnsafeMutablePointer<CChar>, inout Int) -> CInt
) throws(CephError) -> (buffer: [CChar], length: Int) {
    var buffer = [CChar](repeating: 0, count: capacity)
    while true {
        var length = buffer.count
        let result = buffer.withUnsafeMutableBufferPointer { text -> CInt in
            // Invariant: never empty, so it has an address.
            guard let start = text.baseAddress else { return 0 }
            return fill(start, &length)
        }
        if result == -Errno.outOfRange.rawValue {
            buffer = [CChar](repeating: 0, count: max(length + 1, buffer.count * 2))
            continue
        }
        try check(result, call, object())
        return (buffer, min(length, buffer.count))
    }
}
