// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import Locker
internal import Logging
internal import SystemPackage

extension NodeVolumes {
    /// Whether a staged volume's device is there, serves the right image, and is mounted where it should be.
    func isAlive(_ record: StagingRecord) async throws -> Bool {
        guard let device = try await self.mappers.device(volumeID: record.volumeID, imageID: record.imageID),
            device.device.string == record.device, device.imageID == record.imageID, device.fsid == record.fsid,
            device.trouble.isEmpty
        else { return false }
        guard !record.isBlock else { return true }
        return try await self.places(of: record).contains(FilePath(record.stagingPath))
    }

    /// Whether a staged volume's device is one of the kernel's that will never be well again. (Those of the data process
    /// are, once it is back.)
    func isDead(_ record: StagingRecord) async throws -> Bool {
        guard record.mapper == MapperName.krbd.rawValue,
            let device = try await self.mappers.device(volumeID: record.volumeID, imageID: record.imageID)
        else { return false }
        return device.device.string == record.device && !device.trouble.isEmpty
    }

    /// The record of a volume that is staged, for the calls that build on it.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if it is not staged, or not any more.
    func staged(_ handle: VolumeHandle) async throws -> StagingRecord {
        guard let record = try await self.blocking({ try self.staging.record(of: handle.text) }),
            record.bootID == self.node.bootID, record.phase == .staged
        else { throw LockerError(.failedPrecondition, "volume \(handle.text) is not staged on this node") }
        return record
    }

    /// Looks at start what a predecessor has left, and says so: nothing is changed, since kubelet decides what goes on.
    package func recover() async throws {
        for record in try await self.blocking({ try self.staging.all() }) { await self.report(record) }
    }

    private func report(_ record: StagingRecord) async {
        let metadata: Logger.Metadata = [
            "volume.id": "\(record.volumeID)", "device": "\(record.device)", "phase": "\(record.phase.rawValue)",
        ]
        guard record.bootID == self.node.bootID else {
            // The kernel forgot mounts, devices and keys; the claim stays ours, and staging again renews it.
            self.logger.info("Staged before a reboot: kubelet stages it again", metadata: metadata)
            return
        }
        do {
            if try await self.isAlive(record), record.phase == .staged {
                self.logger.info("Staged volume taken over from the process before", metadata: metadata)
            } else {
                self.logger.warning(
                    "A volume is not staged whole; the next stage or unstage goes on",
                    metadata: metadata
                )
            }
        } catch {
            let reason: Logger.Metadata = ["error": "\(error)"]
            self.logger.warning("A staged volume could not be looked at", metadata: metadata.merging(reason) { $1 })
        }
    }
}
