// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
package import SystemPackage

/// A directory of files whose content this process makes: FUSE's kernel protocol, spoken on /dev/fuse.
///
/// The directory is flat and root's. A few threads read requests, each on a channel of its own; answers come from
/// whatever thread finishes them. When the process dies the kernel ends the connection and every request in it.
package final class FUSEServer: Sendable {
    /// Where the directory is mounted.
    package let mountPoint: FilePath

    private let directory = FUSEDirectory()
    private let channels: [FUSEChannel]
    /// The connection, for ``FUSEConnection/abort(_:at:)``.
    package let connection: UInt32
    /// Keeps the filesystem, and with it the connection's number, this one's own until ``stop()`` has ended it: a number
    /// that was free again would be another's by the time it is aborted.
    private let root: CInt
    private let threads: Mutex<[pthread_t]>

    /// Mounts the directory and starts the threads; blocks.
    ///
    /// - Parameters:
    ///   - mountPoint: an existing directory on which nothing is mounted.
    ///   - threads: how many read requests.
    ///   - report: told of failures that have nobody else to go to; called on any thread, must not block.
    /// - Throws: ``HostError``: `ENOENT` or `ENODEV` on a machine without FUSE.
    package init(
        at mountPoint: FilePath,
        threads: Int,
        report: @escaping @Sendable (HostError) -> Void
    ) throws(HostError) {
        let first = try FUSEChannel(pool: RequestPool<FUSERequest>(), report: report)
        let options = MountOptions(
            flags: [.noSetUserID, .noDevices, .noExecute, .noAccessTimes],
            data: ["fd=\(first.file)", "rootmode=40000", "user_id=0", "group_id=0"]
        )
        let root = TrustedRoot.above(mountPoint)
        try Mounts.mount("locker", at: mountPoint, type: "fuse.locker", options: options, below: root)
        var started: [pthread_t] = []
        do throws(HostError) {
            var channels = [first]
            while channels.count < threads { channels.append(try FUSEChannel(cloning: first)) }
            for channel in channels { started.append(try Self.start(channel, FUSESession(directory: self.directory))) }
            self.channels = channels
            // The kernel knows a connection by the number of its filesystem's device.
            var status = stat()
            try systemCall("stat", "\(mountPoint)") { stat(mountPoint.string, &status) }
            self.connection = locker_minor(status.st_dev)
            self.root = try systemCall("open(O_PATH)", "\(mountPoint)") {
                locker_hold_directory(mountPoint.string)
            }
        } catch {
            try? Mounts.detach(mountPoint, below: root)
            throw error
        }
        self.mountPoint = mountPoint
        self.threads = Mutex(started)
    }

    /// Shows a file under a name that was not in use.
    package func add(_ file: any BlockBackend, named name: String) {
        self.directory.add(file, named: name)
    }

    /// Takes a file away; requests for it are refused from now on.
    package func remove(named name: String) {
        self.directory.remove(named: name)
    }

    /// Where a file is to be found.
    package func path(of name: String) -> FilePath {
        self.mountPoint.appending(name)
    }

    /// Unmounts, fails what is unanswered, and ends the threads; blocks.
    ///
    /// - Throws: ``HostError`` if the connection could not be ended: it then ends with the process.
    package func stop() throws(HostError) {
        let threads = self.threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        guard !threads.isEmpty else { return }
        do throws(HostError) {
            try Mounts.detach(self.mountPoint, below: .above(self.mountPoint))
        } catch  where error.code == .invalidArgument {
            // Somebody else unmounted it; the connection may still be there.
        }
        defer { _ = close(self.root) }
        // A mount namespace copied from this one may keep the filesystem alive; the threads are to end all the same.
        try FUSEConnection.abort(self.connection, at: FilePath("\(self.mountPoint)-control"))
        for thread in threads { pthread_join(thread, nil) }
    }

    private static func start(_ channel: FUSEChannel, _ session: FUSESession) throws(HostError) -> pthread_t {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(FUSEReader(channel: channel, session: session))
        let failure = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<FUSEReader>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            work.toOpaque()
        )
        guard failure == 0 else {
            work.release()
            throw HostError(call: "pthread_create", code: Errno(rawValue: failure), object: "a FUSE thread")
        }
        return thread
    }
}
