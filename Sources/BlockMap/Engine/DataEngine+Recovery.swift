// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage

extension DataEngine {
    /// Five years: an entry that expired would let a client that slept write again.
    static let fencing = Duration.seconds(5 * 365 * 24 * 3600)

    /// Locks the directory, if need be after helping a killed predecessor out of it; blocks.
    ///
    /// A process that used a device which it served itself cannot end by itself: its thread waits for I/O that only the
    /// end of the process would fail.
    ///
    /// - Throws: ``HostError`` with `EWOULDBLOCK` if a process that lives has the directory.
    func takeLock(before mountPoint: FilePath) throws(HostError) -> FileLock {
        let path = self.directory.appending("lock")
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while true {
            do throws(HostError) {
                return try FileLock(path)
            } catch {
                guard error.code == .wouldBlock, clock.now < deadline,
                    let owner = HostFile.line(path).flatMap(EngineOwner.init), owner.isDying,
                    // The mount keeps the number its own: one that is free again may be another filesystem's.
                    try MountTable.read().entry(at: mountPoint)?.minor == owner.connection
                else { throw error }
                try FUSEConnection.abort(owner.connection, at: self.directory.appending("control"))
                // The kernel tells nobody when the last thread has gone.
                usleep(10_000)
            }
        }
    }

    /// Takes away a dead predecessor's mount; blocks.
    ///
    /// Its devices stay until their volumes are unmapped, also those that nobody holds: a pod may have been given the device
    /// file of one, and would find another volume there once the number is free.
    ///
    /// - Returns: its records: the clients that served them are still to be fenced.
    func cleanUp(_ mountPoint: FilePath) throws -> [AttachmentRecord] {
        while let mount = try MountTable.read().entry(at: mountPoint) {
            try FUSEConnection.abort(mount.minor, at: self.directory.appending("control"))
            try Mounts.detach(mountPoint, below: TrustedRoot(self.directory))
        }
        let (records, unreadable) = self.records.all()
        for (name, why) in unreadable {
            self.logger.error("a record cannot be read", metadata: ["record": "\(name)", "error": "\(why)"])
        }
        return records
    }

    /// The device that a dead process has left of a volume; blocks.
    func leftDevice(of record: AttachmentRecord) -> (any LeftDevice)? {
        self.leftDevices(of: [record]).first?.device
    }

    /// The devices that dead processes have left of volumes, where there are any; blocks for one look a front end.
    func leftDevices(of records: [AttachmentRecord]) -> [(record: AttachmentRecord, device: any LeftDevice)] {
        let frontEnds = self.state.withLock { $0.frontEnds }
        var devices: [MapperName: [String: any LeftDevice]] = [:]
        for mapper in Set(records.map(\.mapper)) { devices[mapper] = frontEnds[mapper]?.devices() }
        return records.compactMap { record in
            devices[record.mapper]?[record.name].map { (record, $0) }
        }
    }

    /// Takes a leftover's device down if nobody holds it; blocks.
    ///
    /// - Returns: the device and who holds it, or `nil` if there is none any more.
    func heldDevice(of record: AttachmentRecord) -> (device: any LeftDevice, holder: HostError)? {
        guard let device = self.leftDevice(of: record) else { return nil }
        do throws(HostError) {
            try device.remove()
            self.logger.info(
                "took down a dead process' device",
                metadata: ["device": "\(device.path)", "volume": "\(record.volumeID)"]
            )
            return nil
        } catch {
            return (device, error)
        }
    }

    /// The leftovers whose devices are still there; blocks. It only looks: what can be taken down by now goes with the
    /// next unmap of the volume.
    ///
    /// - Parameter volumeID: only this volume's; `nil` for all.
    func heldLeftovers(of volumeID: String? = nil) -> [MappedDevice] {
        let records = self.state.withLock { $0.leftovers }.filter { volumeID == nil || $0.volumeID == volumeID }
        guard !records.isEmpty else { return [] }
        return self.leftDevices(of: records).map { record, device in
            let isWaiting = record.awaitsSuccessor(device)
            let trouble =
                if isWaiting {
                    "the process that served it was killed; its I/O waits until this one has taken it over"
                } else if record.isAbandoned == true {
                    "its volume was taken from this node after the process that served it was killed, so its I/O fails;"
                        + " \(device.holders): unmount it there"
                } else {
                    "the process that served it was killed, so its I/O fails; \(device.holders): unmount it there"
                }
            return MappedDevice(
                record: record,
                device: device.path,
                size: device.size,
                trouble: trouble,
                isAbandoned: !isWaiting
            )
        }
    }

    /// Removes a volume's leftovers, and fences their clients: whoever maps the image next, here or elsewhere, would wait
    /// half a minute for their lock.
    ///
    /// A cluster that cannot be reached keeps no node from giving a volume back: what could not be fenced stays noted, and
    /// is when the image is mapped here again.
    ///
    /// - Throws: ``HostError`` with `EBUSY` if a device of theirs is still held.
    func dropLeftovers(volumeID: String) async throws {
        let records = self.state.withLock { $0.leftovers }.filter { $0.volumeID == volumeID }
        guard !records.isEmpty else { return }
        try await self.pool.run {
            for record in records {
                if let (_, holder) = self.heldDevice(of: record) { throw holder }
            }
        }
        for record in records where !(await self.fencedAlone(record)) { return }
        try await self.pool.run { for record in records { try self.forget(record) } }
    }

    /// Fences a leftover's clients by a connection that is made for it.
    ///
    /// - Returns: whether there is none left that could write.
    private func fencedAlone(_ record: AttachmentRecord) async -> Bool {
        guard !record.isReadOnly else { return true }
        do {
            guard let key = try await self.pool.run({ try self.keys(record.volumeID) }) else {
                self.logger.warning(
                    "A dead process' client cannot be fenced before its image is mapped here again: its key is gone",
                    metadata: ["volume": "\(record.volumeID)"]
                )
                return false
            }
            // Any connection does: nothing is read or written by it.
            let cluster = try await Cluster.connect(
                to: record.request(key: key, encryption: .none).target,
                timeouts: .management,
                pool: self.pool
            )
            do {
                guard cluster.fsid == record.fsid else {
                    throw MapError(.mismatch, "its monitors are of cluster \(cluster.fsid), not of \(record.fsid)")
                }
                let context = try await cluster.ioContext(poolID: record.poolID, namespace: record.namespace)
                try await self.fence([record], on: cluster, context)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // The image is gone, or the pool.
            } catch {
                await cluster.close()
                throw error
            }
            await cluster.close()
            return true
        } catch {
            self.logger.warning(
                "A dead process' client could not be fenced; it is when its image is mapped here again",
                metadata: ["volume": "\(record.volumeID)", "error": "\(error)"]
            )
            return false
        }
    }

    /// Makes sure that the clients of dead processes write no more to an image.
    ///
    /// Their connections are gone with them, but what they had sent may still be on the way, and their lock would be
    /// waited for until their watch times out.
    ///
    /// - Parameters:
    ///   - records: of one image.
    ///   - cluster: the new connection.
    func fence(_ records: [AttachmentRecord], on cluster: Cluster, _ context: IOContext) async throws {
        for record in records where !record.isReadOnly {
            for client in record.clients where client != cluster.instanceAddress {
                // Before the lock is broken: that fences its owner for an hour (librbd 16 fails if it is told to do it for
                // longer), and the first entry of a client is the one that stays.
                try await cluster.blocklist(client, for: Self.fencing)
                try await cluster.waitForLatestMap()
                // librbd knows no lock of an image opened read-only; opening for writing takes none by itself.
                try await context.withImage(.id(record.imageID), readOnly: false) { image in
                    guard try image.lockOwner() == client else { return }
                    try image.breakLock(of: client)
                }
                self.logger.info(
                    "fenced a dead process' client",
                    metadata: ["client": "\(client)", "volume": "\(record.volumeID)"]
                )
            }
        }
    }

    /// Removes what is known of a leftover.
    func forget(_ record: AttachmentRecord) throws {
        try self.records.remove(record)
        self.state.withLock { $0.leftovers.removeAll { $0.name == record.name } }
    }
}
