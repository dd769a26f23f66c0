// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import Locker
internal import Logging
internal import SystemPackage

extension NodeVolumes {
    /// Unmounts and unmaps a volume and gives its attachment back; a volume that is not staged is left alone.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` while it is published or in use, naming where.
    func unstage(_ handle: VolumeHandle, stagingPath: FilePath) async throws {
        var found = try await self.blocking { try self.staging.record(of: handle.text) }
        if found == nil { found = try await self.rebuild(handle, stagingPath: stagingPath) }
        guard var record = found else {
            // Nothing known and nothing there.
            return
        }
        if record.phase == .staged, record.bootID == self.node.bootID {
            // Without its data process the device could not be ended, and kubelet, told so after the unmount, would take the
            // volume for staged still.
            _ = try await self.mappers.device(volumeID: record.volumeID, imageID: record.imageID)
        }
        if record.phase != .unstaging {
            record.phase = .unstaging
            try await self.blocking { [record] in try self.staging.save(record) }
        }
        try self.hook.reached("unstage.marked")
        try await self.takeDown(record, stagingPath: stagingPath)
        try self.hook.reached("unstage.unmapped")
        guard let key = try await self.key(of: record) else {
            throw LockerError(
                .failedPrecondition,
                "volume \(handle.text) is unmounted and unmapped, but its attachment cannot be given back: its key left the"
                    + " kernel keyring with a reboot. Give the node --instance-config, or stage the volume here once more"
            )
        }
        try await self.withContext(handle, key: key, could: "give back volume \(handle.text)") { io in
            try await self.attachments.release(handle, in: io)
        }
        try self.hook.reached("unstage.released")
        try await self.blocking {
            try VolumeKey.remove(for: handle.text)
            try self.staging.remove(handle.text)
        }
        try self.hook.reached("unstage.done")
        self.logger.info("Volume unstaged", metadata: ["volume.id": "\(handle.text)"])
    }

    /// Ends the mount and the device of a volume, as far as they are there and are its own.
    func takeDown(_ record: StagingRecord, stagingPath: FilePath) async throws {
        // Another boot's device names mean nothing now.
        guard record.bootID == self.node.bootID else { return }
        guard let record = try await self.withDevice(record) else { return }
        let paths = Set([stagingPath, FilePath(record.stagingPath)])
        try await self.refuseIfPublished(record, except: paths)
        try await self.blocking {
            for path in paths {
                while let entry = try MountTable.read().entry(at: path), Self.isMount(entry, of: record) {
                    try Mounts.unmount(path, below: self.kubelet)
                }
            }
        }
        try self.hook.reached("unstage.unmounted")
        let mapper = try self.mappers.mapper(recorded: record.mapper)
        try await mapper.unmap(volumeID: record.volumeID, imageID: record.imageID)
    }

    /// The record with its device, if there is one: a process killed between mapping and recording leaves the device to
    /// whichever mapper has it.
    private func withDevice(_ record: StagingRecord) async throws -> StagingRecord? {
        guard record.device.isEmpty else { return record }
        let device = try await self.mappers.device(volumeID: record.volumeID, imageID: record.imageID)
        guard let device else { return nil }
        var found = record
        found.device = device.device.string
        found.mapper = device.mapper
        return found
    }

    /// Whether a mount is of the volume's device, and not somebody else's at the same place.
    private static func isMount(_ entry: MountEntry, of record: StagingRecord) -> Bool {
        guard let number = BlockDevice.number(at: FilePath(record.device)) else { return entry.source == record.device }
        return entry.major == number.major && entry.minor == number.minor
    }

    /// kubelet unpublishes before it unstages; what is published all the same must not lose its device.
    private func refuseIfPublished(_ record: StagingRecord, except paths: Set<FilePath>) async throws {
        let all = try await self.places(of: record) + self.formerPlaces(of: record)
        let places = all.filter { !paths.contains($0) }
        guard let place = places.first else { return }
        throw LockerError(.failedPrecondition, "volume \(record.volumeID) is still published at \(place)")
    }

    /// Where a staged volume is mounted, or its device is shown.
    func places(of record: StagingRecord) async throws -> [FilePath] {
        guard !record.device.isEmpty else { return [] }
        return try await self.statistics.read {
            let table = try MountTable.read()
            guard let number = BlockDevice.number(at: FilePath(record.device)) else {
                // The device is gone, and its number is not known any more; a mount that still holds it has its name.
                return table.entries.filter { $0.source == record.device }.map(\.mountPoint)
            }
            let mounts = table.entries(of: number).map(\.mountPoint)
            // A device file shown at a path is a bind mount of devtmpfs: only the file itself tells which device.
            let files = table.entries.filter { $0.type == "devtmpfs" && $0.root != "/" }.map(\.mountPoint)
                .filter { BlockDevice.number(at: $0) == number }
            return mounts + files
        }
    }

    /// A staging record made of what the kernel and the keyring say, for one that was lost.
    private func rebuild(_ handle: VolumeHandle, stagingPath: FilePath) async throws -> StagingRecord? {
        let device = try await self.mappers.device(volumeID: handle.text, imageID: handle.imageID)
        let name = VolumeKey.name(of: handle.text)
        let key = try await self.blocking { try VolumeKey.read(named: name) }
        guard device != nil || key != nil else { return nil }
        let entry = try await self.blocking { try MountTable.read().entry(at: stagingPath) }
        self.logger.warning("A staging record was lost and is rebuilt", metadata: ["volume.id": "\(handle.text)"])
        return StagingRecord(
            phase: .unstaging,
            volumeID: handle.text,
            bootID: self.node.bootID,
            clusterID: key?.clusterID ?? "",
            fsid: device?.fsid ?? "",
            userID: key?.userID ?? "",
            poolID: handle.poolID,
            radosNamespace: key?.radosNamespace ?? device?.namespace ?? "",
            imageName: device?.imageName ?? "",
            imageID: handle.imageID,
            stagingPath: stagingPath.string,
            isBlock: entry == nil,
            fsType: entry?.type ?? "",
            mountFlags: [],
            mountGroup: "",
            accessMode: 0,
            isReadOnly: device?.isReadOnly ?? false,
            mapper: device?.mapper ?? "",
            device: device?.device.string ?? ""
        )
    }
}
