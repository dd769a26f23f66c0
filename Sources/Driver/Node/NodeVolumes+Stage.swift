// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Host
internal import Locker
internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension NodeVolumes {
    /// Makes a volume ready on this node: claims it, maps it, makes its filesystem if it never had one, and mounts it.
    ///
    /// - Throws: ``LockerError``: `notFound`, `failedPrecondition` naming the node that has the volume,
    ///   `alreadyExists` if it is staged here in another way; `MapError`, `HostError`.
    func stage(_ request: StageRequest) async throws {
        let found = try await self.blocking { try self.staging.record(of: request.handle.text) }
        // Another boot's device names mean nothing now.
        let existing = found.flatMap { $0.bootID == self.node.bootID ? $0 : nil }
        if let existing, existing.phase == .staged {
            if try await self.isStaged(existing, as: request) {
                if try await self.isStillOurs(request) { return }
                try await self.takeDown(existing, stagingPath: request.stagingPath)
            } else if try await self.isDead(existing) {
                try await self.takeDown(existing, stagingPath: request.stagingPath)
            } else if try await self.hasLostDevice(existing) {
                if self.isSame(request, as: existing), try await self.isClaimed(request) {
                    // Pods may still have what is mounted of the dead device.
                    _ = try await self.restage(existing, for: .device, secrets: request.secrets)
                    return
                }
                try await self.takeDown(existing, stagingPath: request.stagingPath)
            }
        }
        try await self.withContext(request.handle, key: request.key, could: "stage volume \(request.handle.text)") {
            io in
            let claimed = try await self.attachments.claim(
                request.handle,
                in: io,
                readOnly: request.isReadOnly,
                accessMode: request.mode.rawValue
            )
            do {
                try self.hook.reached("stage.claimed")
                if let existing,
                    let device = try await self.mappers.device(
                        volumeID: request.handle.text,
                        imageID: request.handle.imageID
                    ),
                    try await self.isFenced(
                        device,
                        noted: Self.client(of: claimed.attachment(to: self.node.nodeID)),
                        in: io
                    )
                {
                    // Mapping would answer with it.
                    try await self.takeDown(existing, stagingPath: request.stagingPath)
                }
                try await self.stage(request, record: claimed, io: io)
            } catch {
                await self.takeBack(request, io: io)
                throw error
            }
        }
        self.logger.info("Volume staged", metadata: ["volume.id": "\(request.handle.text)"])
    }

    /// Whether a recorded stage still stands and is what is asked for.
    ///
    /// - Throws: ``LockerError`` with `alreadyExists` or `failedPrecondition` if it stands and is something else.
    private func isStaged(_ existing: StagingRecord, as request: StageRequest) async throws -> Bool {
        guard try await self.isAlive(existing) else { return false }
        guard existing.stagingPath == request.stagingPath.string else {
            throw LockerError(
                .failedPrecondition,
                "volume \(existing.volumeID) is staged at \(existing.stagingPath) already"
            )
        }
        guard self.isSame(request, as: existing) else {
            throw LockerError(
                .alreadyExists,
                "volume \(existing.volumeID) is staged at \(existing.stagingPath) with another capability"
            )
        }
        return true
    }

    private func isSame(_ request: StageRequest, as existing: StagingRecord) -> Bool {
        let wanted = self.newRecord(
            request,
            fsid: existing.fsid,
            fsType: request.fsType.isEmpty ? existing.fsType : request.fsType,
            imageName: existing.imageName,
            isReadOnly: existing.isReadOnly
        )
        return existing.stagingPath == wanted.stagingPath && existing.isSameUse(as: wanted)
    }

    private func newRecord(
        _ request: StageRequest,
        fsid: String,
        fsType: String,
        imageName: String,
        isReadOnly: Bool
    ) -> StagingRecord {
        StagingRecord(
            phase: .staging,
            volumeID: request.handle.text,
            bootID: self.node.bootID,
            clusterID: request.clusterID,
            fsid: fsid,
            userID: request.key.userID,
            poolID: request.handle.poolID,
            radosNamespace: request.key.radosNamespace,
            imageName: imageName,
            imageID: request.handle.imageID,
            stagingPath: request.stagingPath.string,
            isBlock: request.isBlock,
            fsType: request.isBlock ? "" : fsType,
            mountFlags: request.mountFlags,
            mountGroup: request.mountGroup,
            accessMode: request.mode.rawValue,
            isReadOnly: isReadOnly,
            mapper: "",
            device: ""
        )
    }

    private func stage(_ request: StageRequest, record volume: VolumeRecord, io: IOContext) async throws {
        try Self.checkUse(request, of: volume)
        let parameters = try ClassParameters(volume.parameters)
        let dataKey = try await self.dataKey(of: volume, handle: request.handle, secrets: request.secrets, io: io)
        var record = self.newRecord(
            request,
            fsid: io.cluster.fsid,
            fsType: Self.fsType(of: request, volume: volume, parameters: parameters),
            imageName: volume.imageName,
            isReadOnly: volume.attachment(to: self.node.nodeID)?.readOnly ?? request.isReadOnly
        )
        record.claimNamespace = volume.pvcNamespace
        try await self.blocking { [record] in
            var key = request.key
            key.dataKey = dataKey
            try key.store(for: record.volumeID)
            try self.staging.save(record)
        }
        try self.hook.reached("stage.recorded")
        _ = try await self.bringUp(record, request, of: volume, parameters: parameters, dataKey: dataKey, io: io)
    }

    /// Maps a volume that is recorded, notes who serves it, and mounts it.
    ///
    /// - Returns: the record afterwards, of a volume that is staged.
    func bringUp(
        _ recorded: StagingRecord,
        _ request: StageRequest,
        of volume: VolumeRecord,
        parameters: ClassParameters,
        dataKey: DataEncryptionKey?,
        io: IOContext
    ) async throws -> StagingRecord {
        var record = recorded
        let device = try await self.map(
            request,
            volume: volume,
            isReadOnly: record.isReadOnly,
            parameters: parameters,
            encryption: dataKey.map { VolumeEncryption(volume.isLayered ? .luks2Layered : .luks2, $0) } ?? .none,
            io: io
        )
        record.mapper = device.mapper
        record.device = device.device.string
        try await self.blocking { [record] in try self.staging.save(record) }
        try self.hook.reached("stage.mapped")
        _ = try await self.attachments.note(
            clientAddress: device.clientAddress,
            mapper: device.mapper,
            on: request.handle,
            in: io
        )
        try self.hook.reached("stage.noted")
        if !record.isBlock {
            try await self.prepareFilesystem(record, device: device, request: request, parameters: parameters, io: io)
        }
        record.phase = .staged
        try await self.blocking { [record] in try self.staging.save(record) }
        try self.hook.reached("stage.done")
        return record
    }

    /// The filesystem: the request's, else the one the volume has, else its class's, else ext4.
    private static func fsType(of request: StageRequest, volume: VolumeRecord, parameters: ClassParameters) -> String {
        let made = volume.filesystem.flatMap { $0.state == .formatted ? $0.type : nil } ?? ""
        let wishes = [request.fsType, made, parameters.fsType]
        return wishes.first { !$0.isEmpty } ?? FilesystemType.ext4.rawValue
    }

    /// A volume is used as it was made to be used.
    private static func checkUse(_ request: StageRequest, of volume: VolumeRecord) throws {
        guard volume.capabilities.contains(where: { $0.block == request.isBlock }) else {
            let made = request.isBlock ? "filesystems" : "raw block"
            throw LockerError(.failedPrecondition, "volume \"\(volume.requestName)\" was made for \(made) only")
        }
        guard volume.allows(accessMode: request.mode.rawValue) else {
            throw LockerError(
                .failedPrecondition,
                "volume \"\(volume.requestName)\" was not made for several readers: its class' claims have to ask for it"
            )
        }
    }

    private func map(
        _ request: StageRequest,
        volume: VolumeRecord,
        isReadOnly: Bool,
        parameters: ClassParameters,
        encryption: VolumeEncryption,
        io: IOContext
    ) async throws -> MappedDevice {
        let name = try self.mappers.choice.resolve(
            parameters.mounter,
            features: parameters.image.features,
            isLayered: volume.isLayered
        )
        let mapper = try self.mappers.mapper(name)
        var options = MapOptionsText.options(parameters.mapOptions, for: name)
        let entry = try self.catalog.clusters().entry(request.clusterID)
        if let affinity = ReadAffinity(entry, labels: self.crushLocation) {
            options = affinity.adding(to: options, for: name)
        }
        return try await mapper.map(
            MapRequest(
                volumeID: request.handle.text,
                target: io.cluster.target,
                fsid: io.cluster.fsid,
                poolID: request.handle.poolID,
                namespace: request.key.radosNamespace,
                imageName: volume.imageName,
                imageID: request.handle.imageID,
                isReadOnly: isReadOnly,
                ioTimeout: parameters.ioTimeout.map { .seconds($0) },
                mapOptions: options,
                encryption: encryption
            )
        )
    }

    /// After a stage that failed: what was done is taken back, so that another node may have the volume. What cannot be
    /// taken back stays recorded, and the retry or NodeUnstageVolume goes on from there.
    private func takeBack(_ request: StageRequest, io: IOContext) async {
        do {
            let volumeID = request.handle.text
            let record = try await self.blocking { try self.staging.record(of: volumeID) }
            if let record {
                try await self.takeDown(record, stagingPath: request.stagingPath)
            }
            try await self.attachments.release(request.handle, in: io)
            try await self.blocking {
                try VolumeKey.remove(for: volumeID)
                try self.staging.remove(volumeID)
            }
        } catch {
            let metadata: Logger.Metadata = ["volume.id": "\(request.handle.text)", "error": "\(error)"]
            self.logger.warning("A failed stage could not be taken back whole; the retry goes on", metadata: metadata)
        }
    }
}
