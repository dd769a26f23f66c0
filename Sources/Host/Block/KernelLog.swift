// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// The kernel's messages as they come, for what it tells nowhere else: which device failed a request.
///
/// See: Documentation/ABI/testing/dev-kmsg. Safe to use from any thread; each message goes to one caller.
package final class KernelLog: Sendable {
    private let file: CInt

    /// Opens it behind the last message that is there.
    ///
    /// - Throws: ``HostError``: `EPERM` without CAP_SYSLOG, `ENOENT` in a container without the host's devices.
    package init() throws(HostError) {
        let file = try systemCall("open", "/dev/kmsg") {
            locker_openat(AT_FDCWD, "/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0)
        }
        _ = lseek(file, 0, SEEK_END)
        self.file = file
    }

    deinit { _ = close(self.file) }

    /// The messages since the last call; waits for none.
    package func messages() -> [String] {
        var messages: [String] = []
        // One record a read, of at most this.
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            do throws(HostError) {
                let count = try systemCall("read", "/dev/kmsg") { read(self.file, &buffer, buffer.count) }
                guard count > 0 else { return messages }
                if let text = Self.message(String(decoding: buffer[..<count], as: UTF8.self)) { messages.append(text) }
            } catch {
                // EPIPE: some were overwritten before they were read; EAGAIN: that was the last.
                guard error.code == .brokenPipe else { return messages }
            }
        }
    }

    /// The words of a record, `6,339,5140900,-;words` and lines with a space before further fields.
    static func message(_ record: String) -> String? {
        guard let semicolon = record.firstIndex(of: ";") else { return nil }
        return record[record.index(after: semicolon)...].split(separator: "\n").first.map(String.init)
    }

    /// The block device that a message is about which says that a request has failed: `rbd0` in
    /// `I/O error, dev rbd0, sector 2048 op 0x1:(WRITE)`, also where it is a timeout or another error. See: block/blk-mq.c.
    package static func failedDevice(in message: String) -> String? {
        guard let range = message.firstRange(of: " error, dev ") else { return nil }
        let name = message[range.upperBound...].prefix { $0 != "," }
        return name.isEmpty ? nil : String(name)
    }
}
