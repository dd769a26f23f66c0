// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Host
internal import Locker
internal import Logging
internal import SystemPackage

extension NodeVolumes {
    /// Shows a staged volume where a pod will find it.
    ///
    /// - Throws: ``LockerError``: `permissionDenied` for a pod of another namespace than the volume's claim,
    ///   `failedPrecondition` if it is not staged there, or is published elsewhere under SINGLE_NODE_SINGLE_WRITER,
    ///   `alreadyExists` if the target shows it in another way.
    func publish(_ request: PublishRequest) async throws {
        let staged = try await self.staged(request.handle)
        try Self.requireOwnNamespace(request, record: staged)
        guard staged.stagingPath == request.stagingPath.string else {
            throw LockerError(
                .failedPrecondition,
                "volume \(request.handle.text) is staged at \(staged.stagingPath), not at \(request.stagingPath)"
            )
        }
        guard staged.isBlock == request.isBlock else {
            throw LockerError(.failedPrecondition, "volume \(request.handle.text) is staged in the other access type")
        }
        guard staged.isBlock || request.fsType.isEmpty || request.fsType == staged.fsType else {
            throw LockerError(
                .failedPrecondition,
                "volume \(request.handle.text) holds \(staged.fsType), not \(request.fsType)"
            )
        }
        guard !(staged.isBlock && request.isReadOnly && !staged.isReadOnly) else {
            throw LockerError(
                .invalidArgument,
                "a raw block volume cannot be published read-only once it is staged for writing; use the access mode"
                    + " SINGLE_NODE_READER_ONLY"
            )
        }
        var places = try await self.places(of: staged)
        if try await self.isPublished(request, record: staged, places: places) { return }
        var record = staged
        if let anew = try await self.restageIfDead(staged, places: places) {
            record = anew
            places = try await self.places(of: anew)
        }
        guard record.isBlock || places.contains(request.stagingPath) else {
            throw LockerError(
                .failedPrecondition,
                "volume \(request.handle.text) is not mounted at \(request.stagingPath) any more; stage it again"
            )
        }
        try Self.requireSoleWriter(request, record: record, places: places)
        try self.hook.reached("publish.checked")
        // Noted before it is mounted: without the mount the note says nothing.
        try await self.note(request.use, at: request.targetPath, in: record)
        try await self.show(request, record: record)
        if let shown = try await self.blocking({ try self.staging.record(of: request.handle.text) }) {
            await self.keepLimits(of: shown)
        }
        try self.hook.reached("publish.done")
        let metadata: Logger.Metadata = ["volume.id": "\(request.handle.text)", "path": "\(request.targetPath)"]
        self.logger.info("Volume published", metadata: metadata)
    }

    /// A claim can only be used by pods of its namespace; a persistent volume that somebody has written by hand, with
    /// the handle of another's volume, can be claimed from anywhere.
    private static func requireOwnNamespace(_ request: PublishRequest, record: StagingRecord) throws(LockerError) {
        guard let owner = record.claimNamespace, !owner.isEmpty, !request.podNamespace.isEmpty,
            owner != request.podNamespace
        else { return }
        throw LockerError(
            .permissionDenied,
            "volume \(request.handle.text) was made for a claim in namespace \"\(owner)\" and is not shown to a pod in"
                + " namespace \"\(request.podNamespace)\": use it from its own namespace"
        )
    }

    /// Whether the target shows the volume already, in the way that is asked for.
    private func isPublished(_ request: PublishRequest, record: StagingRecord, places: [FilePath]) async throws -> Bool
    {
        guard let entry = try await self.blocking({ try MountTable.read().entry(at: request.targetPath) }) else {
            return false
        }
        guard places.contains(request.targetPath) else {
            // The pod has to be restarted to have the volume again; until then this is what it has.
            if try await self.formerPlaces(of: record).contains(request.targetPath) { return true }
            throw LockerError(
                .failedPrecondition,
                "\(entry.source) is mounted at \(request.targetPath) and is not this volume"
            )
        }
        guard entry.isReadOnly == (request.isReadOnly || record.isReadOnly) || record.isBlock else {
            let now = entry.isReadOnly ? "read-only" : "for writing"
            throw LockerError(
                .alreadyExists,
                "volume \(request.handle.text) is published at \(request.targetPath) \(now) already"
            )
        }
        if let use = record.targets?[request.targetPath.string], use != request.use {
            throw LockerError(
                .alreadyExists,
                "volume \(request.handle.text) is published at \(request.targetPath) with another capability already"
            )
        }
        return true
    }

    private func show(_ request: PublishRequest, record: StagingRecord) async throws {
        var flags = MountOptions(words: Self.guarded(request.mountFlags)).flags
        if request.isReadOnly || record.isReadOnly { flags.insert(.readOnly) }
        let root = self.kubelet
        try await self.blocking { [flags] in
            if record.isBlock {
                try MountTarget.makeFile(request.targetPath, below: root)
                try Mounts.bind(FilePath(record.device), at: request.targetPath, flags: [], below: root)
            } else {
                let device = try BlockDevice(FilePath(record.device)).number()
                try MountTarget.makeDirectory(request.targetPath, below: root)
                try Mounts.bind(request.stagingPath, at: request.targetPath, flags: flags, of: device, below: root)
            }
        }
    }

    /// Takes a volume out of a pod's sight, and removes what it was mounted on; what is not there is left alone.
    ///
    /// - Throws: `HostError` with `EBUSY`, naming what holds it; ``LockerError`` if something else is mounted there.
    func unpublish(_ handle: VolumeHandle, targetPath: FilePath) async throws {
        let record = try await self.blocking { try self.staging.record(of: handle.text) }
        let entry = try await self.blocking { try MountTable.read().entry(at: targetPath) }
        if let entry, let record, record.bootID == self.node.bootID, !record.device.isEmpty {
            let places = try await self.places(of: record) + self.formerPlaces(of: record)
            guard places.contains(targetPath) || entry.source == record.device else {
                throw LockerError(
                    .failedPrecondition,
                    "\(entry.source) is mounted at \(targetPath) and is not volume \(handle.text)"
                )
            }
        }
        try await self.blocking { try Mounts.unmountAll(targetPath, below: self.kubelet) }
        try self.hook.reached("unpublish.unmounted")
        try await self.blocking { try MountTarget.remove(targetPath, below: self.kubelet) }
        if let record { try await self.note(nil, at: targetPath, in: record) }
        try self.hook.reached("unpublish.done")
    }
}
