// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Logging
internal import Rados
internal import Redaction
internal import Synchronization

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
        guard record.encryption != nil else { return record.request(key: key, encryption: .none) }
        guard let dataKey = try self.encryptionKeys(record.volumeID) else { return nil }
        return record.request(key: key, encryption: .luks2(dataKey))
    }

    /// Takes over a volume's device that a dead process has left, if there is one whose I/O waits; the caller has the
    /// volume's lock.
    ///
    /// The old client is fenced before the image is opened: what it had sent does not come after what is written now.
    ///
    /// - Returns: `nil` if there is none.
    /// - Throws: ``MapError`` with `mismatch` if the device is of another image, and what serving throws.
    func resume(_ request: MapRequest) async throws -> ServedVolume? {
        let left = self.state.withLock { $0.leftovers }.filter { $0.volumeID == request.volumeID }
        let waiting = try await self.pool.run { left.first { self.leftDevice(of: $0)?.isWaiting ?? false } }
        guard let found = waiting else { return nil }
        try Self.verify(found, request)
        let frontEnd = try self.frontEnd(found.mapper)
        let volume = try await self.withConnection(request) { cluster, context -> ServedVolume? in
            var record = found
            record.formerClients = found.clients
            record.clientAddress = cluster.instanceAddress
            // Whoever comes after this process has to fence both.
            try await self.pool.run { [record] in try self.records.write(record) }
            do {
                let others = self.state.withLock { $0.leftovers }.filter { $0.isSameImage(as: request) }
                try await self.fence(others, on: cluster, context)
                record.formerClients = []
                var isGone = false
                do {
                    return try await self.open(record, request.encryption, on: cluster, context) { image in
                        guard let device = try await frontEnd.resume(image, named: record.name) else {
                            isGone = true
                            throw MapError(.notFound, "the device of volume \(record.volumeID) went away")
                        }
                        return device
                    }
                } catch  where isGone {
                    await cluster.close()
                    return nil
                }
            } catch {
                // This attempt's client is closed in order: there is nothing of it to fence.
                try await self.pool.run { try self.records.write(found) }
                throw error
            }
        }
        guard let volume else { return nil }
        try await self.pool.run { try self.records.write(volume.record) }
        self.state.withLock { $0.leftovers.removeAll { $0.name == volume.record.name } }
        self.logger.notice(
            "took over a dead process' device",
            metadata: ["device": "\(volume.device.path)", "volume": "\(volume.record.volumeID)"]
        )
        return volume
    }
}
