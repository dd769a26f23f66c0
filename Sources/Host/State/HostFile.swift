// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// Small files read and written whole.
package enum HostFile {
    /// Reads a file to its end; files of /proc and /sys have no size to go by.
    ///
    /// - Throws: ``HostError`` with `ENOENT` if there is none.
    package static func read(_ path: FilePath) throws(HostError) -> [UInt8] {
        let file = try systemCall("open", "\(path)") { locker_openat(AT_FDCWD, path.string, O_RDONLY | O_CLOEXEC, 0) }
        defer { _ = close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = try systemCall("read", "\(path)") { Glibc.read(file, &buffer, buffer.count) }
            guard count > 0 else { return content }
            content += buffer[..<count]
        }
    }

    /// Reads a file to its end; `nil` if there is none.
    ///
    /// - Throws: ``HostError``.
    package static func readIfPresent(_ path: FilePath) throws(HostError) -> [UInt8]? {
        do throws(HostError) {
            return try Self.read(path)
        } catch {
            if error.code == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }

    /// The first line of a file, without its newline and without the spaces around it; `nil` if it cannot be read.
    package static func line(_ path: FilePath) -> String? {
        guard let content = try? Self.read(path) else { return nil }
        let line = content.prefix { $0 != 10 }
        let text = String(decoding: line, as: UTF8.self)
        return String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// Writes text into an existing file of /sys or /proc by one `write(2)`.
    ///
    /// - Throws: ``HostError`` with what the kernel made of it.
    package static func write(_ text: String, to path: FilePath) throws(HostError) {
        let file = try systemCall("open", "\(path)") { locker_openat(AT_FDCWD, path.string, O_WRONLY | O_CLOEXEC, 0) }
        defer { _ = close(file) }
        var text = text
        try text.withUTF8Buffer { (bytes) throws(HostError) in
            try systemCall("write", "\(path)") { Glibc.write(file, bytes.baseAddress, bytes.count) }
        }
    }

    /// The names in a directory, in no order; none if it cannot be read: for looks that are best effort.
    package static func names(in directory: FilePath) -> [String] {
        (try? Self.list(directory)) ?? []
    }

    /// The names in a directory, in no order.
    ///
    /// - Throws: ``HostError``: a list that was cut short is none.
    package static func list(_ directory: FilePath) throws(HostError) -> [String] {
        guard let stream = opendir(directory.string) else {
            throw HostError(call: "opendir", code: Errno(rawValue: errno), object: "\(directory)")
        }
        return try Self.names(reading: stream, of: directory)
    }

    /// The names in a directory that is held and open for reading.
    ///
    /// - Throws: ``HostError``: a list that was cut short is none.
    static func list(_ directory: borrowing HeldPath) throws(HostError) -> [String] {
        // fdopendir(3) takes the descriptor over, and moves its place in the directory.
        let held = directory.descriptor
        let own = try systemCall("openat2", "\(directory.path)") {
            locker_open_beneath(held, ".", O_RDONLY | O_DIRECTORY, 0)
        }
        guard let stream = fdopendir(own) else {
            let code = Errno(rawValue: errno)
            _ = close(own)
            throw HostError(call: "fdopendir", code: code, object: "\(directory.path)")
        }
        return try Self.names(reading: stream, of: directory.path)
    }

    private static func names(reading stream: OpaquePointer, of directory: FilePath) throws(HostError) -> [String] {
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else {
                    throw HostError(call: "readdir", code: Errno(rawValue: errno), object: "\(directory)")
                }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Writes a file so that a reader, or a crash at any moment, sees the old content or the new and never a part:
    /// temporary file, fsync, rename, fsync of the directory. Mode 0600.
    ///
    /// - Throws: ``HostError``; the old content stands then.
    package static func replace(_ path: FilePath, with bytes: [UInt8]) throws(HostError) {
        let temporary = FilePath(path.string + ".new")
        let directory = path.removingLastComponent()
        try Self.create(temporary, bytes)
        try systemCall("rename", "\(path)") { rename(temporary.string, path.string) }
        try Self.sync(directory: directory)
    }

    /// Removes a file for good; one that is not there is not an error.
    ///
    /// - Throws: ``HostError``.
    package static func remove(_ path: FilePath) throws(HostError) {
        do throws(HostError) {
            try systemCall("unlink", "\(path)") { unlink(path.string) }
        } catch  where error.code == .noSuchFileOrDirectory {
            return
        }
        try Self.sync(directory: path.removingLastComponent())
    }

    private static func create(_ path: FilePath, _ bytes: [UInt8]) throws(HostError) {
        let file = try systemCall("open", "\(path)") {
            locker_openat(AT_FDCWD, path.string, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        defer { _ = close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try systemCall("write", "\(path)") {
                rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
        try systemCall("fsync", "\(path)") { fsync(file) }
    }

    private static func sync(directory: FilePath) throws(HostError) {
        let file = try systemCall("open", "\(directory)") {
            locker_openat(AT_FDCWD, directory.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        }
        defer { _ = close(file) }
        try systemCall("fsync", "\(directory)") { fsync(file) }
    }
}

extension String {
    /// The text's bytes, for a call that takes a pointer and a length.
    fileprivate mutating func withUTF8Buffer(
        _ body: (UnsafeBufferPointer<UInt8>) throws(HostError) -> Void
    ) throws(HostError) {
        let bytes = Array(self.utf8)
        let result: Result<Void, HostError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(HostError) {
                try body(buffer)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
