// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import Locker
internal import LockerProto
internal import Logging
internal import Redaction
internal import SystemPackage

extension NodeVolumes {
    /// Whether a staged volume's device died with the process that served it, or is another one's by now.
    ///
    /// - Throws: `RPCError` with `unavailable` while the data process is away.
    func hasLostDevice(_ record: StagingRecord) async throws -> Bool {
        let found = try await self.mappers.device(volumeID: record.volumeID, imageID: record.imageID)
        guard let found, found.device.string == record.device, found.imageID == record.imageID else { return true }
        return found.isAbandoned
    }

    /// Stages a volume anew if its device is not served any more, or by a client that was fenced.
    ///
    /// kubelet does not stage a volume for a pod that comes as another one goes, nor for one that comes after the volume
    /// was taken from the silent node and given back to it. On a filesystem whose device died that pod would find what is
    /// left in the page cache, and a device's number may be another volume's by now.
    ///
    /// - Parameter places: where the volume is mounted, as ``places(of:)`` has it.
    /// - Returns: the record afterwards; `nil` if there was nothing to do.
    /// - Throws: as ``restage(_:for:secrets:)``.
    func restageIfDead(_ record: StagingRecord, places: [FilePath]) async throws -> StagingRecord? {
        if try await self.hasLostDevice(record) { return try await self.restage(record, for: .device) }
        if try await self.isTaken(record) {
            if let place = places.first(where: { $0.string != record.stagingPath }) {
                // A volume has one client here, and what that pod has cannot be given another one.
                throw Self.lost(record, "\(place) still has what is left of it")
            }
            return try await self.restage(record, for: .client)
        }
        // A process that was killed while it staged the volume anew may have got as far as to map it.
        guard record.formerDevices != nil, !record.isBlock, !places.contains(FilePath(record.stagingPath)) else {
            return nil
        }
        return try await self.restage(record, for: .mount)
    }

    /// Whether the volume was taken from this node since it was staged; not known without its key.
    private func isTaken(_ record: StagingRecord) async throws -> Bool {
        guard let key = try await self.key(of: record) else { return false }
        let handle = try self.handle(record.volumeID)
        return try await self.withContext(handle, key: key, could: "look at volume \(handle.text)") {
            try await self.notedClient(of: handle, in: $0) == nil
        }
    }

    /// Stages a volume whose device is dead, or fenced, once more, beside what pods still have of that.
    ///
    /// The dead client is fenced before the image is mapped. What is mounted of the dead device at the staging path is
    /// taken out of sight; elsewhere it stays, and fails, until kubelet unpublishes it. Cut short anywhere, it is gone on
    /// with by the next publish or stage, and undone by the unstage.
    ///
    /// - Parameters:
    ///   - loss: what it has lost.
    ///   - secrets: of a stage request, for the key of an encrypted volume that the keyring has lost.
    /// - Returns: the record afterwards.
    /// - Throws: ``LockerError`` with `failedPrecondition` if the volume was taken from this node and not given back, or
    ///   the key is gone.
    func restage(
        _ dead: StagingRecord,
        for loss: StageLoss,
        secrets: [String: Secret] = [:]
    ) async throws -> StagingRecord {
        let handle = try self.handle(dead.volumeID)
        guard let key = try await self.key(of: dead) else { throw Self.lost(dead, "its key left the kernel keyring") }
        let request = StageRequest(repeating: dead, handle: handle, key: key, secrets: secrets)
        let record = try await self.withContext(handle, key: key, could: "stage volume \(handle.text) anew") { io in
            guard try await self.attachments.holds(self.attachments.record(of: handle, in: io)) else {
                throw Self.lost(dead, "it was taken from this node since")
            }
            let volume = try await self.attachments.claim(
                handle,
                in: io,
                readOnly: dead.isReadOnly,
                accessMode: dead.accessMode
            )
            var dataKey = key.dataKey
            if dataKey == nil {
                dataKey = try await self.restoreDataKey(of: volume, handle: handle, secrets: secrets, io: io)
            }
            var record = dead
            var former = dead.formerDevices ?? []
            if loss == .device, !former.contains(record.device) { former.append(record.device) }
            record.formerDevices = former
            try await self.blocking { [record] in try self.staging.save(record) }
            try self.hook.reached("restage.recorded")
            if loss == .client { try await self.takeDown(record, stagingPath: FilePath(record.stagingPath)) }
            if !record.isBlock { try await self.detachDead(record) }
            try self.hook.reached("restage.detached")
            return try await self.bringUp(
                record,
                request,
                of: volume,
                parameters: try ClassParameters(volume.parameters),
                dataKey: dataKey,
                io: io
            )
        }
        self.logger.warning(
            "A volume was staged anew, since its device had died or was fenced: pods that had it have to be restarted",
            metadata: ["volume.id": "\(record.volumeID)", "device": "\(record.device)", "former": "\(dead.device)"]
        )
        return record
    }

    /// Takes what is mounted of dead devices at the staging path out of sight.
    private func detachDead(_ record: StagingRecord) async throws {
        let former = record.formerDevices ?? []
        let path = FilePath(record.stagingPath)
        try await self.blocking {
            while let entry = try MountTable.read().entry(at: path), former.contains(entry.source) {
                try Mounts.detach(path, below: self.kubelet)
            }
        }
    }

    /// Where pods have what is left of dead devices.
    func formerPlaces(of record: StagingRecord) async throws -> [FilePath] {
        guard let former = record.formerDevices, let targets = record.targets else { return [] }
        let places = try await self.places(of: record)
        return try await self.statistics.read {
            try MountTable.read().entries
                .filter { targets[$0.mountPoint.string] != nil && !places.contains($0.mountPoint) }
                // Of a device file that is shown at a path the table says no more than that.
                .filter { former.contains($0.source) || record.isBlock && $0.type == "devtmpfs" }
                .map(\.mountPoint)
        }
    }

    private static func lost(_ record: StagingRecord, _ reason: String) -> LockerError {
        LockerError(
            .failedPrecondition,
            "volume \(record.volumeID) has lost its device \(record.device), since what served it has died or was"
                + " fenced, and cannot be staged anew: \(reason). Delete every pod that uses it on this node (scale to 0"
                + " what makes new ones at once), so that kubelet unstages it"
        )
    }
}
