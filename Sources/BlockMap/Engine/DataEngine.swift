// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
package import Logging
package import Rados
internal import Synchronization
package import SystemPackage

/// Serves images to the kernel from this process: librbd behind a file of FUSE's behind a loop device.
///
/// It needs nothing of the kernel but FUSE and loop. Each volume has a connection to the cluster of its own, so that it
/// can be fenced alone, and the image's exclusive lock while it is served. When the process dies, I/O on its devices
/// fails, and what was flushed is in the cluster; the next engine on the same directory cleans up and fences what was
/// left. One engine at a time has a directory.
package final class DataEngine: Mapper {
    static let mapperName = "fuse"

    package let name = DataEngine.mapperName

    /// What the engine is made of while it runs.
    struct Running: Sendable {
        let server: FUSEServer
        /// Keeps other engines off the directory; let go with this value.
        let lock: FileLock
    }

    struct State {
        var running: Running?
        var volumes: [String: ServedVolume] = [:]
        /// What predecessors left: to be fenced when the image is mapped again, and perhaps still held.
        var leftovers: [AttachmentRecord] = []
    }

    let directory: FilePath
    let pool: BlockingPool
    let logger: Logger
    let locks = VolumeLocks()
    let state = Mutex(State())
    let records: AttachmentRecords

    /// Names the engine's directory and threads; ``start()`` does the rest.
    ///
    /// - Parameters:
    ///   - directory: the engine's own, made with mode 0700 if need be; the same one after a restart.
    ///   - pool: for calls that block. A cluster that does not answer can hold one thread for each volume that is being
    ///     taken down.
    ///   - logger: for what nobody waits for.
    package init(directory: FilePath, pool: BlockingPool, logger: Logger) {
        self.directory = directory
        self.pool = pool
        self.logger = logger
        self.records = AttachmentRecords(directory: directory.appending("records"))
    }

    /// Whether this machine has what the engine needs.
    package static func isAvailable() -> Bool {
        ["/dev/fuse", "/dev/loop-control"].allSatisfy { path in
            (try? MountTarget.kind(of: FilePath(path))).map { $0 != .missing } ?? false
        }
    }

    /// Cleans up what a killed predecessor left and mounts the directory of files.
    ///
    /// - Throws: ``MapError``: `busy` while another process runs an engine on the directory, `unsupported` on a machine
    ///   without FUSE.
    package func start() async throws {
        guard self.state.withLock({ $0.running == nil }) else { return }
        do {
            let (running, leftovers) = try await self.pool.run { try self.startBlocking() }
            self.state.withLock { state in
                state.running = running
                state.leftovers = leftovers
            }
        } catch let error as HostError where error.code == .wouldBlock {
            throw MapError(.busy, "another process serves volumes from \(self.directory)", cause: error)
        } catch {
            throw MapError.wrapping(error, "serve volumes from \(self.directory)")
        }
    }

    /// Takes down every volume that nobody holds, and the directory if none is left.
    ///
    /// A volume that is held is served on until the process ends.
    package func close() async {
        let volumes = self.state.withLock { Array($0.volumes.keys) }
        await withTaskGroup(of: Void.self) { group in
            for volume in volumes { group.addTask { await self.takeDownAtClose(volume) } }
        }
        let running = self.state.withLock { state -> Running? in
            state.volumes.isEmpty ? state.running.take() : nil
        }
        guard let running else { return }
        do {
            try await self.pool.run { try running.server.stop() }
        } catch {
            self.logger.error("FUSE does not end before the process does", metadata: ["error": "\(error)"])
        }
    }

    private func takeDownAtClose(_ volumeID: String) async {
        do {
            try await self.unmap(volumeID: volumeID, imageID: "")
        } catch {
            self.logger.warning("a volume stays mapped", metadata: ["volume": "\(volumeID)", "error": "\(error)"])
        }
    }

    /// The running server.
    ///
    /// - Throws: ``MapError`` before ``start()`` and after ``close()``.
    func server() throws(MapError) -> FUSEServer {
        guard let running = self.state.withLock({ $0.running }) else {
            throw MapError(.failed, "the data engine in \(self.directory) is not running")
        }
        return running.server
    }

    private func startBlocking() throws -> (Running, [AttachmentRecord]) {
        try MountTarget.makeDirectory(self.directory, mode: 0o700)
        let mountPoint = self.directory.appending("volumes")
        let lock = try self.takeLock(before: mountPoint)
        let leftovers = try self.cleanUp(mountPoint)
        try MountTarget.makeDirectory(mountPoint, mode: 0o700)
        try MountTarget.makeDirectory(self.records.directory, mode: 0o700)
        let logger = self.logger
        let server = try FUSEServer(at: mountPoint, threads: Self.readers) { error in
            logger.error("FUSE", metadata: ["error": "\(error)"])
        }
        let owner = EngineOwner(processID: getpid(), connection: server.connection)
        try lock.note(owner.description)
        return (Running(server: server, lock: lock), leftovers)
    }

    // Two keep one core's librbd busy while the other reads the next request; more only wake each other.
    private static let readers = 2
}
