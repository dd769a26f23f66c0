// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import FoundationEssentials
internal import Host
internal import Locker
internal import LockerProto
internal import Logging
internal import Rados
internal import SystemPackage

extension NodeVolumes {
    /// Makes the filesystem if the volume never had one, checks it, gives a copied one a UUID of its own, mounts it, and
    /// lets it fill its device.
    func prepareFilesystem(
        _ record: StagingRecord,
        device: MappedDevice,
        request: StageRequest,
        parameters: ClassParameters,
        io: IOContext
    ) async throws {
        guard let type = FilesystemType(rawValue: record.fsType) else {
            throw LockerError(.invalidArgument, "filesystem \"\(record.fsType)\" is not one that Locker makes")
        }
        let entry = try await self.blocking { try MountTable.read().entry(at: request.stagingPath) }
        if let entry {
            let number = try await self.blocking { try BlockDevice(device.device).number() }
            guard entry.major == number.major, entry.minor == number.minor else {
                throw LockerError(
                    .failedPrecondition,
                    "\(entry.source) is mounted at \(request.stagingPath), which is not the volume's device \(device.device)"
                )
            }
        } else {
            if record.isReadOnly {
                try await self.attachments.requireFormatted(request.handle, in: io, type: type.rawValue)
            } else {
                try await self.format(type, device: device, request: request, parameters: parameters, io: io)
            }
            let check = FilesystemCheck(
                type: type,
                device: device.device,
                image: io.path(record.imageName),
                imageID: record.imageID,
                policy: parameters.repairPolicy,
                logger: self.logger
            )
            if !record.isReadOnly { try await check.beforeMount(io: io) }
            try self.hook.reached("stage.checked")
            var options = Self.options(record, type: type)
            let isCopy = try await self.renewIdentity(type, device: device, request: request, io: io)
            // What pods still have of a dead device is the same filesystem.
            if type == .xfs, isCopy || record.formerDevices != nil { options.data.append("nouuid") }
            try await check.mounting(options, isReadOnly: record.isReadOnly, io: io) { options in
                try await self.blocking {
                    try MountTarget.makeDirectory(request.stagingPath, below: self.kubelet)
                    try Mounts.mount(
                        device.device,
                        at: request.stagingPath,
                        type: type.rawValue,
                        options: options,
                        below: self.kubelet
                    )
                }
            }
        }
        try self.hook.reached("stage.mounted")
        guard !record.isReadOnly else { return }
        if try await Filesystems.needsGrowth(
            type,
            mountedAt: request.stagingPath,
            on: device.device,
            deviceSize: device.size,
            below: self.kubelet
        ) {
            try await Filesystems.grow(
                type,
                on: device.device,
                mountedAt: request.stagingPath,
                below: self.kubelet
            )
        }
        if let group = UInt32(record.mountGroup) {
            try await self.blocking {
                try GroupOwnership.apply(group: group, to: request.stagingPath, below: self.kubelet)
            }
        }
    }

    /// The one mkfs of a volume's life.
    private func format(
        _ type: FilesystemType,
        device: MappedDevice,
        request: StageRequest,
        parameters: ClassParameters,
        io: IOContext
    ) async throws {
        let attempt = try await self.attachments.beginFormatting(
            request.handle,
            in: io,
            type: type.rawValue,
            uuid: UUID().uuidString.lowercased(),
            clientAddress: device.clientAddress
        )
        guard let attempt else { return }
        try self.hook.reached("stage.formatting")
        let start = ContinuousClock.now
        try await Filesystems.make(type, on: device.device, uuid: attempt.uuid, extraOptions: parameters.mkfsOptions)
        try await self.blocking { try BlockDevice(device.device).flush() }
        guard let signature = try await FilesystemSignature.probe(device.device), signature.type == type.rawValue,
            signature.uuid == attempt.uuid
        else {
            throw LockerError(
                .internal,
                "mkfs.\(type.rawValue) succeeded on \(device.device) but no filesystem is there"
            )
        }
        try self.hook.reached("stage.made")
        try await self.attachments.finishFormatting(request.handle, in: io)
        try self.hook.reached("stage.formatted")
        let metadata: Logger.Metadata = [
            "volume.id": "\(request.handle.text)", "filesystem": "\(type.rawValue)",
            "duration.ms": "\(start.duration(to: .now).nanoseconds / 1_000_000)",
        ]
        self.logger.info("Filesystem made", metadata: metadata)
    }

    /// A student's volume runs no set-user-id program and holds no device, unless its class says `suid` or `dev`.
    static func guarded(_ flags: [String]) -> [String] { ["nosuid", "nodev"] + flags }

    private static func options(_ record: StagingRecord, type: FilesystemType) -> MountOptions {
        var options = MountOptions(words: self.guarded(record.mountFlags))
        if record.isReadOnly { options.flags.insert(.readOnly) }
        if record.accessMode == Attachment.multiNodeReaderOnly {
            // No node may write, not even what a journal still holds.
            options.data.append(type == .xfs ? "norecovery" : "noload")
        }
        if type == .ext4, !options.data.contains(where: { $0.hasPrefix("errors=") }) {
            options.data.append("errors=remount-ro")
        }
        return options
    }
}
