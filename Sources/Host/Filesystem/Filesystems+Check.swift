// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
package import SystemPackage

extension Filesystems {
    /// What a check came to.
    package enum Condition: Sendable, Hashable {
        /// It can be mounted.
        case sound
        /// It has more than what may be put right without asking; in the tool's words.
        case damaged(String)
    }

    /// Puts right what a crash left, before the first mount on this node: what fsck may do without asking.
    ///
    /// XFS replays its log when it is mounted and has nothing to check here: ``condition(ofUnmountable:on:after:)``.
    ///
    /// - Throws: ``HostError`` if it could not be checked: the device fails, or somebody uses it.
    package static func check(_ type: FilesystemType, on device: FilePath) async throws(HostError) -> Condition {
        guard type == .ext4 else { return .sound }
        return try await self.e2fsck(["-p", device.string])
    }

    /// Runs e2fsck.
    private static func e2fsck(_ arguments: [String]) async throws(HostError) -> Condition {
        let tool = Tool(name: "e2fsck")
        let outcome = try await tool.run(arguments)
        // 0: clean; 1 and 2: corrected; 4: not corrected; 8: it could not, as without a superblock. See: man 8 e2fsck.
        if outcome.status <= 3 { return .sound }
        // To repair what a failing device does not let one read would be to destroy it.
        let cannot = ["Input/output error", "Transport endpoint", "is in use", "is mounted", "Device or resource busy"]
        let words = outcome.words + outcome.output
        guard outcome.status < 16, !cannot.contains(where: words.contains) else {
            throw tool.failure(arguments, outcome)
        }
        return .damaged(tool.told(outcome))
    }

    /// Whether an XFS that could not be mounted is damaged; nothing is changed.
    ///
    /// - Parameter failure: of the mount.
    /// - Throws: the failure, if it says or xfs_repair finds no damage.
    package static func condition(
        ofUnmountable device: FilePath,
        after failure: HostError
    ) async throws(HostError) -> Condition {
        // EFSCORRUPTED and EFSBADCRC; EINVAL is also a superblock that is none, ENXIO and EIO a log that cannot be read.
        let sure = [EUCLEAN, EBADMSG].map { Errno(rawValue: $0) }
        guard (sure + [.invalidArgument, .ioError]).contains(failure.code) else { throw failure }
        let tool = Tool(name: "xfs_repair")
        let outcome = try await tool.run(["-n", device.string])
        // 1: damaged, as far as can be told without the log. See: man 8 xfs_repair.
        guard outcome.status == 1 || sure.contains(failure.code) else { throw failure }
        return .damaged("\(failure); xfs_repair -n: \(tool.told(outcome))")
    }

    /// Repairs a filesystem that is not mounted, as its tool takes it to be right: data may be lost.
    ///
    /// - Parameter lossOfLog: told before the log of an XFS is thrown away, which is done only where it can neither be
    ///   replayed nor be kept.
    /// - Throws: ``HostError`` with the tool's words.
    package static func repair(
        _ type: FilesystemType,
        on device: FilePath,
        lossOfLog: @Sendable () -> Void
    ) async throws(HostError) {
        // The device itself has to work.
        try await FilesystemGeometry.blocking { () throws(HostError) in try BlockDevice(device).readBeginning() }
        switch type {
        case .ext4:
            let arguments = ["-f", "-y", device.string]
            guard case .damaged(let words) = try await self.e2fsck(arguments) else { return }
            throw HostError(call: "e2fsck", code: .ioError, object: device.string, note: words)
        case .xfs:
            let tool = Tool(name: "xfs_repair")
            let outcome = try await tool.run([device.string])
            // 2: the log has to be replayed by a mount, which has failed before.
            guard outcome.status == 2 else {
                guard outcome.status == 0 else { throw tool.failure([device.string], outcome) }
                return
            }
            lossOfLog()
            try await tool.succeed(["-L", device.string])
        }
    }

    /// Lets an ext4 that is not mounted fill its device: for those who may not grow a mounted one.
    ///
    /// - Throws: ``HostError`` with the tool's words.
    package static func growUnmountedExt4(on device: FilePath) async throws(HostError) {
        let size = try await FilesystemGeometry.blocking { () throws(HostError) in try BlockDevice(device).size() }
        let isSmaller = try await FilesystemGeometry.blocking { () throws(HostError) in
            try FilesystemGeometry.canGrowExt4(on: device, deviceSize: size)
        }
        guard isSmaller else { return }
        // resize2fs wants a filesystem that was checked whole just now.
        guard case .sound = try await self.e2fsck(["-f", "-p", device.string]) else {
            throw HostError(call: "e2fsck", code: .ioError, object: device.string, note: "it cannot be grown")
        }
        try await Tool(name: "resize2fs").succeed([device.string])
    }
}
