// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
package import Host
package import Logging
package import Rados
package import Redaction
internal import Synchronization
package import SystemPackage

/// Serves images to the kernel from this process: librbd behind ublk, nbd, or a file of FUSE's behind a loop device.
///
/// Each volume has a connection to the cluster of its own, so that it can be fenced alone, and the image's exclusive lock
/// while it is served. When the process dies, what was flushed is in the cluster, and the next engine on the same
/// directory fences what was left: devices of ublk and nbd wait for it and are served on, those of FUSE fail. One engine
/// at a time has a directory.
package final class DataEngine: Sendable {
    struct State {
        /// Keeps other engines off the directory; let go with this value.
        var lock: FileLock?
        var frontEnds: [MapperName: any FrontEnd] = [:]
        /// What keeps files beyond this process' death.
        var store: DescriptorStore?
        var volumes: [String: ServedVolume] = [:]
        /// What predecessors left: to be fenced when the image is mapped again, and perhaps still held.
        var leftovers: [AttachmentRecord] = []
        /// What goes on until ``DataEngine/close()``.
        var tasks: [Task<Void, Never>] = []
    }

    let directory: FilePath
    let storePath: FilePath?
    let pool: BlockingPool
    let looks: BlockingPool
    let logger: Logger
    let keys: @Sendable (_ volumeID: String) throws -> Secret?
    let encryptionKeys: @Sendable (_ volumeID: String) throws -> DataEncryptionKey?
    let succession: any DeviceSuccession
    let exposures = KeyExposures()
    let locks = VolumeLocks()
    let state = Mutex(State())
    let records: AttachmentRecords

    /// Names the engine's directory and threads; ``start()`` does the rest.
    ///
    /// - Parameters:
    ///   - directory: the engine's own, made with mode 0700 if need be; the same one after a restart.
    ///   - store: where a process listens that keeps files beyond this one's death (``DescriptorStoreServer``), if one does.
    ///   - pool: for calls that block. A cluster that does not answer can hold one thread for each volume that is being
    ///     taken down.
    ///   - looks: for looking at devices, which is not to wait in line behind those; without one the pool does that, too.
    ///   - keys: the cephx key of a volume's user, to serve on what a dead process has left; called on the pool.
    ///   - encryptionKeys: the key of a volume's data, for the same.
    ///   - succession: asked before it is served on.
    ///   - logger: for what nobody waits for.
    package init(
        directory: FilePath,
        store: FilePath? = nil,
        pool: BlockingPool,
        looks: BlockingPool? = nil,
        keys: @escaping @Sendable (_ volumeID: String) throws -> Secret?,
        encryptionKeys: @escaping @Sendable (_ volumeID: String) throws -> DataEncryptionKey? = { _ in nil },
        succession: any DeviceSuccession = AnyDeviceSuccession(),
        logger: Logger
    ) {
        self.directory = directory
        self.storePath = store
        self.pool = pool
        self.looks = looks ?? pool
        self.keys = keys
        self.encryptionKeys = encryptionKeys
        self.succession = succession
        self.logger = logger
        self.records = AttachmentRecords(directory: directory.appending("records"))
    }

    /// The front ends that this machine's kernel has now.
    package static func available() -> Set<MapperName> {
        var names: Set<MapperName> = []
        if LoopFrontEnd.isAvailable() { names.insert(.fuse) }
        if NBDDevice.isAvailable() { names.insert(.nbd) }
        if UblkDevice.isAvailable() { names.insert(.ublk) }
        return names
    }

    /// Those of them whose devices cannot grow while they are in use, on this kernel.
    package static func fixedSize() -> Set<MapperName> {
        guard let features = try? UblkFeatures.ofKernel(), !features.contains(.updateSize) else { return [] }
        return [.ublk]
    }

    /// Cleans up what a killed predecessor left, and begins to serve on what waits for that.
    ///
    /// - Throws: ``MapError``: `busy` while another process runs an engine on the directory.
    package func start() async throws {
        guard self.state.withLock({ $0.lock == nil }) else { return }
        do {
            try await self.pool.run { try self.startBlocking() }
        } catch let error as HostError where error.code == .wouldBlock {
            throw MapError(.busy, "another process serves volumes from \(self.directory)", cause: error)
        } catch {
            throw MapError.wrapping(error, "serve volumes from \(self.directory)")
        }
        // Owned by the engine: close() ends it.
        let tasks = [Task { await self.resumeAll() }, Task { await self.followStore() }]
        self.state.withLock { $0.tasks = tasks }
    }

    /// Takes down every volume that nobody holds, and what serves if none is left.
    ///
    /// A volume that is held is served on until the process ends, or left to its successor where that can go on with it.
    package func close() async {
        let tasks = self.state.withLock { state in
            defer { state.tasks = [] }
            return state.tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        let volumes = self.state.withLock { Array($0.volumes.keys) }
        await withTaskGroup(of: Void.self) { group in
            for volume in volumes { group.addTask { await self.takeDownAtClose(volume) } }
        }
        let left = self.state.withLock { $0.volumes.isEmpty ? [] : Array($0.frontEnds.values) }
        for frontEnd in left {
            do {
                try await self.pool.run { frontEnd.leave() }
            } catch {
                self.logger.error("devices are not left in order", metadata: ["error": "\(error)"])
            }
        }
        let frontEnds = self.state.withLock { state -> [any FrontEnd] in
            guard state.volumes.isEmpty else { return [] }
            defer { (state.frontEnds, state.lock) = ([:], nil) }
            return Array(state.frontEnds.values)
        }
        for frontEnd in frontEnds {
            do {
                try await frontEnd.stop()
            } catch {
                self.logger.error(
                    "what serves devices does not end before the process does",
                    metadata: ["mapper": "\(frontEnd.name.rawValue)", "error": "\(error)"]
                )
            }
        }
    }

    private func takeDownAtClose(_ volumeID: String) async {
        do {
            try await self.unmap(volumeID: volumeID, imageID: "")
        } catch {
            self.logger.warning("a volume stays mapped", metadata: ["volume": "\(volumeID)", "error": "\(error)"])
        }
    }

    /// What shows images in a way.
    ///
    /// - Throws: ``MapError`` before ``start()`` and after ``close()``, and with `unsupported` where the kernel has not
    ///   what it takes.
    func frontEnd(_ name: MapperName) throws(MapError) -> any FrontEnd {
        let (isRunning, found) = self.state.withLock { ($0.lock != nil, $0.frontEnds[name]) }
        guard isRunning else { throw MapError(.failed, "the data engine in \(self.directory) is not running") }
        guard let found else {
            throw MapError(
                .unsupported,
                "the data process cannot map by \(name.rawValue): \(MapperChoice.missing(name))"
            )
        }
        return found
    }

    /// Gives files to the process that keeps them whenever that is a new one, until its task is cancelled.
    private func followStore() async {
        guard let store = self.state.withLock({ $0.store }) else { return }
        while !Task.isCancelled {
            do {
                try await self.looks.run { store.refresh() }
                try await Task.sleep(for: .milliseconds(500), tolerance: .milliseconds(200))
            } catch {
                return
            }
        }
    }

    private func startBlocking() throws {
        try HostFile.makeDirectory(self.directory, mode: 0o700)
        let mountPoint = self.directory.appending("volumes")
        let lock = try self.takeLock(before: mountPoint)
        let leftovers = try self.cleanUp(mountPoint)
        try HostFile.makeDirectory(mountPoint, mode: 0o700)
        try HostFile.makeDirectory(self.records.directory, mode: 0o700)
        var frontEnds: [MapperName: any FrontEnd] = [:]
        var connection: UInt32 = 0
        let logger = self.logger
        if NBDDevice.isAvailable() {
            let store = self.storePath.map { DescriptorStore(at: $0) }
            self.state.withLock { $0.store = store }
            let nbd = NBDFrontEnd(pool: self.pool, store: store) { error in
                logger.error("nbd", metadata: ["error": "\(error)"])
            }
            nbd.letGo(except: Set(leftovers.map(\.name)))
            frontEnds[.nbd] = nbd
        }
        if UblkDevice.isAvailable() {
            frontEnds[.ublk] = UblkFrontEnd(pool: self.pool) { error in
                logger.error("ublk", metadata: ["error": "\(error)"])
            }
        }
        if LoopFrontEnd.isAvailable() {
            let server = try FUSEServer(at: mountPoint, threads: Self.readers) { error in
                logger.error("FUSE", metadata: ["error": "\(error)"])
            }
            connection = server.connection
            frontEnds[.fuse] = LoopFrontEnd(server: server, pool: self.pool)
        }
        try lock.note(EngineOwner(processID: getpid(), connection: connection).description)
        self.state.withLock { [frontEnds] state in
            state.frontEnds = frontEnds
            state.leftovers = leftovers
            state.lock = lock
        }
    }

    // Two keep one core's librbd busy while the other reads the next request; more only wake each other.
    private static let readers = 2
}
