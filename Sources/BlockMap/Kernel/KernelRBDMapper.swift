// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Host
package import Logging
package import Rados
internal import Redaction
internal import SystemPackage

/// Maps images with the kernel's own rbd, through /sys/bus/rbd.
///
/// The kernel keeps the devices, whatever happens to this process; each has a client of its own. The key is handed over
/// in the kernel's keyring.
package struct KernelRBDMapper: Mapper {
    static let mapperName = "krbd"

    package let name = KernelRBDMapper.mapperName
    let sysfs: FilePath
    let pool: BlockingPool
    let logger: Logger
    private let locks = VolumeLocks()
    private let looks: BlockingPool
    private let watch = KernelRBDWatch()
    /// `nil` where it cannot be read; then nothing tells of failed requests.
    private let log: KernelLog?
    private let liveness: KernelRBDLiveness

    /// Names the threads for calls that block.
    ///
    /// - Parameters:
    ///   - pool: for what changes something, and for Ceph.
    ///   - looks: for looks at devices, which some kernels let wait for a cluster that is silent: threads that nothing
    ///     else needs.
    package init(pool: BlockingPool, looks: BlockingPool, logger: Logger) {
        let liveness = KernelRBDLiveness.real(pool: pool, looks: looks)
        self.init(sysfs: "/sys", pool: pool, looks: looks, liveness: liveness, logger: logger)
    }

    /// The same on a copy of sysfs.
    init(sysfs: FilePath, pool: BlockingPool, looks: BlockingPool, liveness: KernelRBDLiveness, logger: Logger) {
        self.sysfs = sysfs
        self.pool = pool
        self.looks = looks
        self.liveness = liveness
        self.log = try? KernelLog()
        self.logger = logger
    }

    /// Watches the devices' progress until the task is cancelled: without it ``mapped()`` knows of no standstill.
    package func run() async throws {
        while true {
            _ = try await self.mapped()
            try await Task.sleep(for: KernelRBDWatch.pace)
        }
    }

    /// Whether this machine's kernel has rbd loaded or built in.
    package static func isAvailable() -> Bool {
        HostFile.names(in: "/sys/bus/rbd").contains { $0 == "add" || $0 == "add_single_major" }
    }

    package func map(_ request: MapRequest) async throws -> MappedDevice {
        guard request.encryption == .none else {
            throw MapError(.unsupported, "kernel rbd does not encrypt: dm-crypt above it does (DMCryptMapper)")
        }
        return try await self.locks.with(request.volumeID) {
            do {
                if let device = try await self.device(request.volumeID, request.imageID, request) {
                    guard let trouble = try await self.liveness.trouble(device, request) else {
                        return device.mapped(volumeID: request.volumeID)
                    }
                    try await self.takeAway(device, of: request, because: trouble)
                }
                let command = try KernelRBDCommand.add(request, poolName: try await self.poolName(of: request))
                return try await self.pool.run { try self.add(request, command) }.mapped(volumeID: request.volumeID)
            } catch {
                throw MapError.wrapping(error, "map volume \(request.volumeID) (image \(request.imageName))")
            }
        }
    }

    package func unmap(volumeID: String, imageID: String) async throws {
        try await self.locks.with(volumeID) {
            do {
                try await self.pool.run {
                    if let device = try self.find(volumeID, imageID) { try self.remove(device) }
                    try Keyring.remove(type: "ceph", name: KernelRBDCommand.keyName(volumeID: volumeID))
                }
            } catch let error as HostError where error.code == .resourceBusy {
                throw MapError(.busy, "\(error.object) of volume \(volumeID) is in use: \(error.note)", cause: error)
            } catch {
                throw MapError.wrapping(error, "unmap volume \(volumeID)")
            }
        }
    }

    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 {
        try await self.locks.with(volumeID) {
            do {
                return try await self.pool.run {
                    guard let device = try self.find(volumeID, imageID) else { throw Self.notMapped(volumeID) }
                    let directory = KernelRBDDevice.directory(device.number, sysfs: self.sysfs)
                    try HostFile.write("1", to: directory.appending("refresh"))
                    guard let now = KernelRBDDevice(device.number, sysfs: self.sysfs) else {
                        throw Self.notMapped(volumeID)
                    }
                    return now.size
                }
            } catch {
                throw MapError.wrapping(error, "grow the device of volume \(volumeID)")
            }
        }
    }

    package func mapped() async throws -> [MappedDevice] {
        try await self.looks.run {
            let devices = KernelRBDDevice.all(sysfs: self.sysfs)
            let now = ContinuousClock.now
            let seen: [(number: Int, statistics: BlockStatistics)] = devices.compactMap { device in
                BlockStatistics(in: device.blockDirectory(sysfs: self.sysfs)).map { (device.number, $0) }
            }
            self.watch.noteFailures(of: self.log?.messages().compactMap(KernelLog.failedDevice(in:)) ?? [])
            self.watch.look(at: seen, now: now)
            return devices.map { device in
                let failures = self.watch.failures(of: device.number)
                return device.mapped(
                    oldestRequest: self.watch.standstill(of: device.number, now: now),
                    trouble: failures == 0
                        ? ""
                        : "its device has failed requests (\(failures) in the kernel's log); delete the pod to start afresh"
                )
            }
        }
    }

    /// The volume's device, if it is what is asked for.
    private func device(_ volume: String, _ image: String, _ request: MapRequest) async throws -> KernelRBDDevice? {
        let found = try await self.pool.run { try self.find(volume, image) }
        guard let found else { return nil }
        guard found.shows(request), found.isReadOnly == request.isReadOnly else {
            throw MapError(
                .mismatch,
                "volume \(volume) is mapped already: \(found.path) is image \(found.imageName) (id \(found.imageID), pool"
                    + " \(found.poolID), cluster \(found.fsid))\(found.isReadOnly ? ", read-only" : ""); unmap it first"
            )
        }
        return found
    }

    /// The device that was mapped for a volume; one that another program mapped counts by its image.
    private func find(_ volumeID: String, _ imageID: String) throws(MapError) -> KernelRBDDevice? {
        let devices = KernelRBDDevice.all(sysfs: self.sysfs)
        if let own = devices.first(where: { $0.volumeID == volumeID }) {
            guard imageID.isEmpty || own.imageID == imageID else {
                throw MapError(
                    .mismatch,
                    "\(own.path) of volume \(volumeID) has image id \(own.imageID), not \(imageID)"
                )
            }
            return own
        }
        let others = devices.filter { $0.volumeID == nil && $0.imageID == imageID && $0.snapshot == "-" }
        guard others.count < 2 else {
            let paths = others.map { "\($0.path)" }.joined(separator: ", ")
            throw MapError(.mismatch, "\(paths) have images with the id \(imageID): unmap those that are not in use")
        }
        return others.first
    }

    private func poolName(of request: MapRequest) async throws -> String {
        let cluster = try await Cluster.connect(to: request.target, pool: self.pool)
        do {
            guard cluster.fsid == request.fsid else {
                throw MapError(.mismatch, "the monitors given are of cluster \(cluster.fsid), not of \(request.fsid)")
            }
            let name = try await cluster.poolName(id: request.poolID)
            await cluster.close()
            return name
        } catch {
            await cluster.close()
            throw error
        }
    }

    private func add(_ request: MapRequest, _ command: String) throws -> KernelRBDDevice {
        guard let key = Data(base64Encoded: request.target.key.reveal()) else {
            throw MapError(.failed, "the key of client.\(request.target.user) is not base64")
        }
        let before = Set(KernelRBDDevice.all(sysfs: self.sysfs).map(\.number))
        let keyName = KernelRBDCommand.keyName(volumeID: request.volumeID)
        try Keyring.add(type: "ceph", name: keyName, payload: Array(key))
        do {
            try self.write(command, to: "add")
        } catch {
            try Keyring.remove(type: "ceph", name: keyName)
            throw error
        }
        let added = KernelRBDDevice.all(sysfs: self.sysfs).filter { !before.contains($0.number) }
        if let device = added.first(where: { $0.shows(request) && $0.volumeID ?? request.volumeID == request.volumeID })
        {
            return device
        }
        // The kernel maps by name, and the name has become another image's.
        let wrong = added.first { $0.volumeID == request.volumeID }
        if let wrong { try self.remove(wrong) }
        throw MapError(
            .mismatch,
            "image \(request.imageName) has the id \(wrong?.imageID ?? "unknown"), not \(request.imageID)"
        )
    }

    private static func notMapped(_ volumeID: String) -> MapError {
        MapError(.notFound, "volume \(volumeID) is not mapped here")
    }
}
