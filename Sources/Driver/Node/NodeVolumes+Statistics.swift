// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import GRPCCore
internal import Host
internal import Locker
internal import Redaction
internal import SystemPackage

extension NodeVolumes {
    /// How full a published volume is, and whether it is well.
    ///
    /// - Throws: ``LockerError`` with `notFound` if the volume is not at that path.
    func statistics(_ handle: VolumeHandle, path: FilePath) async throws -> NodeGetVolumeStatsResponse {
        guard let record = try await self.statistics.read({ try self.staging.record(of: handle.text) }),
            record.bootID == self.node.bootID
        else { throw LockerError(.notFound, "volume \(handle.text) is not at \(path)") }
        guard try await self.places(of: record).contains(path) else {
            guard try await self.formerPlaces(of: record).contains(path) else {
                throw LockerError(.notFound, "volume \(handle.text) is not at \(path)")
            }
            return NodeGetVolumeStatsResponse(
                volumeCondition: Self.condition(
                    "its block device died, and it was staged anew; the pod has to be restarted"
                )
            )
        }
        var device: MappedDevice?
        let trouble: String?
        do {
            let found = try await self.statistics.device(of: handle.text) {
                try await self.mappers.device(volumeID: handle.text, imageID: handle.imageID)
            }
            device = found ?? nil
            if found == nil {
                trouble = "its block device \(record.device) does not answer: its cluster may be down"
            } else {
                trouble = try await self.trouble(record, device: device, path: path)
            }
        } catch let error as RPCError where error.code == .unavailable {
            // What is wrong is the answer: a data process that is gone has taken the device with it.
            trouble = error.message
        }
        guard !record.isBlock else {
            let usage = VolumeUsage(total: Int64(clamping: device?.size ?? 0), unit: .bytes)
            return NodeGetVolumeStatsResponse(usage: [usage], volumeCondition: Self.condition(trouble))
        }
        switch await self.statistics.usage(of: path, below: self.kubelet) {
        case .usage(let usage):
            return NodeGetVolumeStatsResponse(
                usage: [
                    VolumeUsage(
                        available: usage.availableBytes,
                        total: usage.totalBytes,
                        used: usage.usedBytes,
                        unit: .bytes
                    ),
                    VolumeUsage(
                        available: usage.availableInodes,
                        total: usage.totalInodes,
                        used: usage.usedInodes,
                        unit: .inodes
                    ),
                ],
                volumeCondition: Self.condition(trouble)
            )
        case .failed(let error):
            return NodeGetVolumeStatsResponse(
                volumeCondition: Self.condition(trouble ?? "the filesystem fails: \(error)")
            )
        case .silent:
            let words = "the filesystem does not answer: its cluster may be down, and I/O goes on when it is back"
            return NodeGetVolumeStatsResponse(volumeCondition: Self.condition(trouble ?? words))
        }
    }

    private static func condition(_ trouble: String?) -> VolumeCondition {
        VolumeCondition(abnormal: trouble != nil, message: trouble ?? "volume is well")
    }

    /// What is wrong with a volume, in words; `nil` if nothing is.
    private func trouble(_ record: StagingRecord, device: MappedDevice?, path: FilePath) async throws -> String? {
        guard let device else { return "its block device \(record.device) is gone; the pod has to be restarted" }
        guard device.device.string == record.device else {
            return "its block device is \(device.device) now, but what is mounted is on \(record.device)"
        }
        // That a client was fenced explains why its requests fail.
        if let trouble = self.sight.fence(of: device.clientAddress, on: record.clusterID) { return trouble }
        if !device.trouble.isEmpty { return device.trouble }
        if device.oldestRequest > .seconds(10) {
            return "a request to the cluster waits for \(device.oldestRequest.components.seconds) s"
        }
        if let trouble = self.sight.silence(of: record.clusterID) { return trouble }
        guard !record.isBlock else { return nil }
        let found = try await self.statistics.read { () throws -> String? in
            guard let entry = try MountTable.read().entry(at: path) else { return nil }
            return FilesystemHealth.trouble(of: entry, on: FilePath(record.device), isReadOnly: record.isReadOnly)
        }
        return found.map { "\($0); see the kernel's log of node \(self.node.nodeID)" }
    }

    /// Lets the device follow its image and the filesystem its device.
    ///
    /// - Returns: the device's size in bytes.
    func expand(
        _ handle: VolumeHandle,
        path: FilePath,
        capacity: CapacityBounds?,
        secrets: [String: Secret]
    ) async throws -> Int64 {
        let record = try await self.staged(handle)
        guard try await self.places(of: record).contains(path) || path.string == record.stagingPath else {
            throw LockerError(.notFound, "volume \(handle.text) is not at \(path)")
        }
        let mapper = try self.mappers.mapper(recorded: record.mapper)
        let size: UInt64
        do {
            size = try await mapper.refresh(volumeID: record.volumeID, imageID: record.imageID)
        } catch let error as MapError where error.code == .mismatch {
            // dm-crypt grows by the volume's key, which the keyring may have lost.
            guard try await self.restoreDataKey(of: record, handle: handle, secrets: secrets) else { throw error }
            size = try await mapper.refresh(volumeID: record.volumeID, imageID: record.imageID)
        }
        try self.hook.reached("expand.refreshed")
        if let capacity, capacity.required > Int64(clamping: size) {
            throw LockerError(
                .outOfRange,
                "volume \(handle.text) has \(size) bytes, less than the \(capacity.required) required; the controller has to"
                    + " expand it first"
            )
        }
        guard !record.isBlock, !record.isReadOnly, let type = FilesystemType(rawValue: record.fsType) else {
            return Int64(clamping: size)
        }
        let device = FilePath(record.device)
        let mount = FilePath(record.stagingPath)
        if try await Filesystems.needsGrowth(
            type,
            mountedAt: mount,
            on: device,
            deviceSize: size,
            below: self.kubelet
        ) {
            guard type != .ext4 || Privileges.current().contains(.resources) else {
                throw LockerError(
                    .failedPrecondition,
                    "an ext4 that is mounted is grown only with CAP_SYS_RESOURCE, which this node's process lacks: volume"
                        + " \(handle.text) grows when it is staged again"
                )
            }
            try await Filesystems.grow(type, on: device, mountedAt: mount, below: self.kubelet)
        }
        try self.hook.reached("expand.grown")
        return Int64(clamping: size)
    }
}
