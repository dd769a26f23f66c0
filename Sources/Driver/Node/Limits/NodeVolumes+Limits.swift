// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Locker
internal import LockerProto
internal import Logging

extension NodeVolumes {
    /// How often the records of volumes that the kernel maps are looked at for other limits.
    private static let pace = Duration.seconds(30)

    /// Follows the limits of volumes that the kernel maps, until its task is cancelled.
    func followLimits() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: Self.pace)
                for record in try await self.blocking({ try self.staging.all() }) { await self.keepLimits(of: record) }
            } catch is CancellationError {
                return
            } catch {
                self.logger.warning("What is staged could not be looked at", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Sets what a volume's record says of its limits, if it is one that the kernel maps.
    ///
    /// A pod is not kept from its data by a limit that cannot be set: the log says so.
    func keepLimits(of record: StagingRecord) async {
        guard record.mapper == MapperName.krbd.rawValue, record.phase == .staged, record.bootID == self.node.bootID,
            record.targets?.isEmpty == false
        else { return }
        do {
            let handle = try self.handle(record.volumeID)
            guard let key = try await self.key(of: record) else { return }
            let volume = try await self.withContext(handle, key: key, could: "look up the limits of a volume") { io in
                try await self.attachments.record(of: handle, in: io)
            }
            let limits = VolumeLimits(recorded: volume.mutableParameters)
            try await self.blocking { try self.kernelLimits.apply(limits, to: record) }
        } catch {
            self.logger.warning(
                "A volume's limits could not be set",
                metadata: ["volume.id": "\(record.volumeID)", "error": "\(error)"]
            )
        }
    }
}
