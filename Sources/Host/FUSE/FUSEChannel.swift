// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// One open /dev/fuse: requests are read from it, and each answer goes back through the one its request came from.
final class FUSEChannel: Sendable {
    /// The file descriptor, open as long as this object lives.
    let file: CInt
    /// Where requests come from and go to.
    let pool: RequestPool<FUSERequest>
    private let report: @Sendable (HostError) -> Void

    /// Opens the first channel of a connection that is mounted later.
    init(pool: RequestPool<FUSERequest>, report: @escaping @Sendable (HostError) -> Void) throws(HostError) {
        self.file = try systemCall("open", "/dev/fuse") { open("/dev/fuse", O_RDWR | O_CLOEXEC) }
        self.pool = pool
        self.report = report
    }

    /// Opens a further channel of a mounted connection.
    init(cloning first: FUSEChannel) throws(HostError) {
        let file = try systemCall("open", "/dev/fuse") { open("/dev/fuse", O_RDWR | O_CLOEXEC) }
        do throws(HostError) {
            try systemCall("ioctl(FUSE_DEV_IOC_CLONE)", "/dev/fuse") { locker_fuse_clone(file, first.file) }
        } catch {
            _ = Glibc.close(file)
            throw error
        }
        self.file = file
        self.pool = first.pool
        self.report = first.report
    }

    deinit {
        _ = Glibc.close(self.file)
    }

    /// Waits for a request.
    ///
    /// - Returns: it, and how many bytes its message has; `nil` once the connection has ended.
    func next() -> (FUSERequest, count: Int)? {
        let request = self.pool.take() ?? FUSERequest()
        while true {
            do throws(HostError) {
                let count = try systemCall("read", "/dev/fuse") {
                    Glibc.read(self.file, request.message, FUSERequest.messageCapacity)
                }
                request.channel = self
                return (request, count)
            } catch {
                // ENOENT: the request was interrupted before anybody read it.
                if error.code == .noSuchFileOrDirectory { continue }
                if error.code.rawValue != ENODEV, error.code != .connectionAbort { self.report(error) }
                self.pool.give(request)
                return nil
            }
        }
    }

    /// Sends an answer.
    func write(_ start: UnsafeRawPointer, _ count: Int) {
        do throws(HostError) {
            try systemCall("write", "/dev/fuse") { Glibc.write(self.file, start, count) }
        } catch {
            // ENOENT: whoever asked was killed, or the connection was aborted; ENODEV: it has ended.
            if error.code != .noSuchFileOrDirectory, error.code.rawValue != ENODEV { self.report(error) }
        }
    }
}
