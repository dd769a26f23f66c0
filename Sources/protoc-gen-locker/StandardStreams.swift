// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc

/// The three descriptors that protoc gives its plugin.
enum StandardStreams {
    /// All of standard input.
    static func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(0, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Writes to standard output; ends the program when nobody reads it.
    static func write(_ bytes: [UInt8]) {
        self.write(bytes, to: 1)
    }

    /// Says on standard error what is wrong and ends the program with status 1.
    static func fail(_ message: String) -> Never {
        self.write(Array("protoc-gen-locker: \(message)\n".utf8), to: 2)
        exit(1)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { exit(1) }
            rest = rest.dropFirst(count)
        }
    }
}
