// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Logging
internal import Rados
internal import Redaction
internal import Synchronization
internal import SystemPackage

extension DataEngine {
    // Between two attempts; the longest that a cluster which is back is not noticed.
    private static let attempts = (first: Duration.milliseconds(100), longest: Duration.seconds(5))

    /// Takes over the devices of dead processes whose I/O waits, all at once; what fails is tried again until the engine
    /// is closed.
    func resumeAll() async {
        await withTaskGroup(of: Void.self) { group in
            for record in self.state.withLock({ $0.leftovers }) {
                group.addTask { await self.resumePatiently(record) }
            }
        }
    }

    private func resumePatiently(_ record: AttachmentRecord) async {
        var pause = Self.attempts.first
        while !Task.isCancelled {
            do {
                guard let request = try await self.pool.run({ try self.request(of: record) }) else {
                    try await self.pool.run { self.leftDevice(of: record)?.letGo() }
                    return self.logger.error(
                        "a device waits for its key, which the keyring has no more: staging the volume brings it",
                        metadata: ["volume": "\(record.volumeID)"]
                    )
                }
                return try await self.locks.with(record.volumeID) {
                    _ = try await self.resume(request)
                }
            } catch {
                self.logger.warning(
                    "a dead process' device could not be taken over yet",
                    metadata: ["volume": "\(record.volumeID)", "error": "\(error)"]
                )
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                return
            }
            pause = min(pause * 2, Self.attempts.longest)
        }
    }

    /// What a record asks for, with the keys; `nil` if one of them is not there. Blocks.
    private func request(of record: AttachmentRecord) throws -> MapRequest? {
        guard let key = try self.keys(record.volumeID) else { return nil }
        guard let format = record.encryption else { return record.request(key: key, encryption: .none) }
        guard let dataKey = try self.encryptionKeys(record.volumeID) else { return nil }
        return record.request(key: key, encryption: VolumeEncryption(format, dataKey))
    }

    /// Why a device is not taken over, and never will be.
    private enum Lost: Error {
        /// It is not there any more.
        case gone
        /// Its volume was taken from the client that served it.
        case taken
    }

    /// Takes over a volume's device that a dead process has left, if there is one whose I/O waits; the caller has the
    /// volume's lock.
    ///
    /// The old client is fenced before the image is opened: what it had sent does not come after what is written now. A
    /// device whose volume was given away meanwhile is abandoned: what it held back fails, and does not come at all.
    ///
    /// - Returns: `nil` if there is none.
    /// - Throws: ``MapError`` with `mismatch` if the device is of another image, and what serving throws.
    func resume(_ request: MapRequest) async throws -> ServedVolume? {
        let left = self.state.withLock { $0.leftovers }.filter { $0.volumeID == request.volumeID }
        let waiting = try await self.pool.run { () throws -> AttachmentRecord? in
            let devices = self.leftDevices(of: left)
            // A predecessor may have been killed before it had done so.
            for (record, device) in devices where record.isAbandoned == true { try device.abandon() }
            guard let found = devices.first(where: { $0.record.awaitsSuccessor($0.device) }) else { return nil }
            // Before there is a client that whoever comes next would have to fence.
            try found.device.awaitRelease()
            return found.record
        }
        guard let found = waiting else { return nil }
        try Self.verify(found, request)
        let frontEnd = try self.frontEnd(found.mapper)
        do {
            let volume = try await self.withConnection(request) { cluster, context in
                guard try await self.succession.isServed(found.volumeID, by: found.clients, in: context) else {
                    throw Lost.taken
                }
                return try await self.takeOver(found, request, by: frontEnd, on: cluster, context)
            }
            try await self.pool.run { try self.records.write(volume.record) }
            self.state.withLock { $0.leftovers.removeAll { $0.name == volume.record.name } }
            self.logger.notice(
                "took over a dead process' device",
                metadata: [
                    "device": "\(volume.device.path)",
                    "volume": "\(volume.record.volumeID)",
                    "continued": "\(volume.device.continued.map { "\($0)" } ?? "no")",
                ]
            )
            return volume
        } catch Lost.gone {
            return nil
        } catch Lost.taken {
            try await self.abandon(found)
            return nil
        }
    }

    private func takeOver(
        _ found: AttachmentRecord,
        _ request: MapRequest,
        by frontEnd: any FrontEnd,
        on cluster: Cluster,
        _ context: IOContext
    ) async throws -> ServedVolume {
        var record = found
        record.formerClients = found.clients
        record.clientAddress = cluster.instanceAddress
        // Whoever comes after this process has to fence both.
        try await self.pool.run { [record] in try self.records.write(record) }
        var mayBeNoted = false
        do {
            let others = self.state.withLock { $0.leftovers }.filter { $0.isSameImage(as: request) }
            try await self.fence(others, on: cluster, context)
            record.formerClients = []
            return try await self.open(record, request.encryption, on: cluster, context) { image in
                mayBeNoted = true
                let address = record.clientAddress
                guard try await self.succession.succeed(found.clients, by: address, on: found.volumeID, in: context)
                else { throw Lost.taken }
                guard let device = try await frontEnd.resume(image, named: record.name) else { throw Lost.gone }
                return device
            }
        } catch {
            // This attempt's client is closed in order: there is nothing of it to fence. But it may be the one that the
            // volume is served by, as far as others know.
            var again = found
            if mayBeNoted { again.formerClients.append(cluster.instanceAddress) }
            try await self.pool.run { [again] in try self.replace(again) }
            throw error
        }
    }

    /// Lets what a device has held back fail.
    private func abandon(_ found: AttachmentRecord) async throws {
        var record = found
        record.isAbandoned = true
        try await self.pool.run { [record] in
            try self.replace(record)
            let device = self.leftDevice(of: record)
            try device?.abandon()
            self.logger.error(
                "a dead process' device is not served on, and what it holds is lost: its volume was taken from this node",
                metadata: ["device": "\(device?.path ?? "")", "volume": "\(record.volumeID)"]
            )
        }
    }

    /// Writes what is known of a leftover anew.
    private func replace(_ record: AttachmentRecord) throws {
        try self.records.write(record)
        self.state.withLock { state in
            guard let index = state.leftovers.firstIndex(where: { $0.name == record.name }) else { return }
            state.leftovers[index] = record
        }
    }
}
