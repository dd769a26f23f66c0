// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Glibc

/// What this process holds just now: threads, file descriptors, memory.
///
/// Exact only in a process that does nothing else meanwhile: in an exit test.
package struct ProcessCensus: Sendable, Hashable, CustomStringConvertible {
    /// How many threads there are.
    package let threads: Int

    /// How many file descriptors are open.
    package let descriptors: Int

    /// Bytes allocated from the C heap and not freed.
    package let heap: Int

    /// Counts.
    ///
    /// - Throws: ``SetUpError`` if /proc cannot be read.
    package init() throws {
        self.threads = try Self.entries(of: "/proc/self/task")
        self.descriptors = try Self.entries(of: "/proc/self/fd") - 1  // without the one that lists them
        self.heap = try Self.allocated()
    }

    package var description: String {
        "\(self.threads) threads, \(self.descriptors) descriptors, \(self.heap) bytes"
    }

    private static func entries(of directory: String) throws -> Int {
        guard let stream = opendir(directory) else { throw SetUpError("\(directory) cannot be read") }
        defer { closedir(stream) }
        var count = 0
        while let entry = readdir(stream) {
            if entry.pointee.d_name.0 != UInt8(ascii: ".") { count += 1 }
        }
        return count
    }

    /// What malloc_info(3) says of all arenas: taken from the system, less what is free there.
    ///
    /// Looked up at run time, since the module Glibc leaves malloc.h out.
    private static func allocated() throws -> Int {
        typealias Report = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
        var text: UnsafeMutablePointer<CChar>?
        var length = 0
        guard let address = dlsym(nil, "malloc_info"), let stream = open_memstream(&text, &length) else {
            throw SetUpError("malloc_info cannot be called")
        }
        _ = unsafeBitCast(address, to: Report.self)(0, stream)
        fclose(stream)
        defer { free(text) }
        let report = text.map { String(cString: $0) } ?? ""
        // Behind the last arena come the sums: <total type="rest" count="3" size="123"/> and alike.
        let sums = report.components(separatedBy: "</heap>").last ?? ""
        func size(_ element: String) throws -> Int {
            let size = sums.components(separatedBy: "<\(element)").dropFirst().first?
                .components(separatedBy: "size=\"").dropFirst().first?.prefix { $0.isNumber }
            guard let size = size.flatMap({ Int($0) }) else { throw SetUpError("malloc_info has no \(element)") }
            return size
        }
        return try size("system type=\"current\"") - size("total type=\"fast\"") - size("total type=\"rest\"")
            + size("total type=\"mmap\"")
    }
}
