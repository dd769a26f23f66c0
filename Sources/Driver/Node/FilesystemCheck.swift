// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import Logging
internal import Rados
internal import SystemPackage

/// A volume's filesystem between its device and its mount: checked, and repaired if its class says so.
struct FilesystemCheck {
    let type: FilesystemType
    let device: FilePath
    /// The image, for messages: `pool/image`.
    let image: String
    let imageID: String
    let policy: RepairPolicy
    let logger: Logger

    /// Puts right what a crash left, and what is damaged where the class allows it.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` where a person has to look; `HostError`, `CephError`.
    func beforeMount(io: IOContext) async throws {
        if case .damaged(let words) = try await Filesystems.check(self.type, on: self.device) {
            try await self.repair(words, io: io)
            try await self.settle(io: io)
        }
        if self.type == .ext4, !Privileges.current().contains(.resources) {
            try await Filesystems.growUnmountedExt4(on: self.device)
        }
    }

    /// Mounts, and where that fails for damage's sake repairs and mounts again.
    ///
    /// - Parameters:
    ///   - options: to mount with.
    ///   - mount: mounts.
    /// - Throws: as ``beforeMount(io:)``, and what `mount` throws.
    func mounting(
        _ options: MountOptions,
        isReadOnly: Bool,
        io: IOContext,
        _ mount: (MountOptions) async throws -> Void
    ) async throws {
        do {
            return try await mount(options)
        } catch let error as HostError where error.call == "mount" && self.type == .xfs {
            if error.code == .invalidArgument, try await self.isMountedBeside(options, mount) { return }
            guard !isReadOnly else { throw error }
            guard case .damaged(let words) = try await Filesystems.condition(ofUnmountable: self.device, after: error)
            else { return }
            try await self.repair(words, io: io)
        }
        try await mount(options)
        try await self.settle(io: io)
    }

    /// Whether an XFS could be mounted although this kernel has one of its UUID mounted.
    ///
    /// The kernel calls both that and a superblock that is none an invalid argument. The other is what is left of the
    /// volume's own former client, dead or fenced: the claim lets no two write. To take that for damage would be to throw
    /// the log of a sound filesystem away.
    private func isMountedBeside(
        _ options: MountOptions,
        _ mount: (MountOptions) async throws -> Void
    ) async throws -> Bool {
        guard !options.data.contains("nouuid") else { return false }
        do {
            try await mount(MountOptions(flags: options.flags, data: options.data + ["nouuid"]))
        } catch let error as HostError where error.call == "mount" {
            return false
        }
        self.logger.warning(
            "An XFS is mounted beside another of its UUID, which has to be what is left of it",
            metadata: self.metadata("")
        )
        return true
    }

    private func repair(_ words: String, io: IOContext) async throws {
        let tool = self.type == .ext4 ? "e2fsck -f" : "xfs_repair"
        guard self.policy == .repair else {
            throw LockerError(
                .failedPrecondition,
                "the filesystem (\(self.type.rawValue)) of image \(self.image) is damaged, and fsckPolicy preen leaves what"
                    + " may lose data to a person: take a snapshot (rbd snap create), map the image (rbd device map), run"
                    + " \(tool) on it, unmap it; or go back to a snapshot. The tool says: \(words)"
            )
        }
        self.logger.warning("A filesystem is damaged and will be repaired", metadata: self.metadata(words))
        try await RepairSnapshots.take(of: self.imageID, in: io)
        do throws(HostError) {
            try await Filesystems.repair(self.type, on: self.device) {
                self.logger.warning(
                    "The log of an XFS cannot be replayed and is thrown away",
                    metadata: self.metadata(words)
                )
            }
        } catch {
            throw LockerError(
                .failedPrecondition,
                "the filesystem (\(self.type.rawValue)) of image \(self.image) is damaged and could not be repaired;"
                    + " snapshot locker-repair-pending has it as it was. \(error)",
                cause: error
            )
        }
    }

    private func settle(io: IOContext) async throws {
        let name = try await RepairSnapshots.settle(of: self.imageID, in: io)
        var metadata = self.metadata("")
        metadata["snapshot"] = "\(name)"
        self.logger.warning("A filesystem was repaired; a snapshot has it as it was", metadata: metadata)
    }

    private func metadata(_ words: String) -> Logger.Metadata {
        let common: Logger.Metadata = ["rbd.image": "\(self.image)", "filesystem": "\(self.type.rawValue)"]
        return words.isEmpty ? common : common.merging(["tool": "\(words)"]) { $1 }
    }
}
