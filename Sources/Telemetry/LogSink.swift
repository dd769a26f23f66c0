// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
private import Synchronization

/// Where finished log lines go: standard error, or what a test gives.
///
/// Safe from any thread.
package struct LogSink: Sendable {
    private let write: @Sendable (_ line: String) -> Void

    /// Hands each line, its line feed included, to `write`, on the thread that logs.
    package init(_ write: @escaping @Sendable (_ line: String) -> Void) {
        self.write = write
    }

    /// Takes one whole line, its line feed included.
    func put(_ line: String) {
        self.write(line)
    }

    /// Standard error, one `write(2)` a line, so that lines of several threads never mix.
    package static let standardError = LogSink.descriptor(STDERR_FILENO)

    /// An open file, pipe or socket; it is not closed.
    ///
    /// What cannot be written is lost: a driver must not stop because nobody takes its log. The next line that can be
    /// written is preceded by one that says how many were lost.
    package static func descriptor(_ descriptor: CInt) -> LogSink {
        let lost = LostLines()
        return LogSink { line in
            lost.count.withLock { count in
                if count > 0 {
                    guard writeAll("locker: \(count) log lines were lost\n", to: descriptor) else {
                        count += 1
                        return
                    }
                    count = 0
                }
                if !writeAll(line, to: descriptor) { count += 1 }
            }
        }
    }

    /// How many lines could not be written since the last one that could; its lock also keeps lines apart.
    private final class LostLines: Sendable {
        let count = Mutex(0)
    }

    /// Writes `line` whole: as one call unless the other end takes only a part of it.
    private static func writeAll(_ line: String, to descriptor: CInt) -> Bool {
        var line = line
        return line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let written = Glibc.write(descriptor, start, rest.count)
                if written >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                } else if errno == EAGAIN {
                    // Someone made it non-blocking and its reader is slow: a second is what a caller may be kept.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    guard poll(&wait, 1, 1_000) > 0 else { return false }
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
