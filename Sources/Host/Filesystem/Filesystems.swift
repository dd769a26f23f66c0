// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// Making, checking and growing filesystems with their own tools.
package enum Filesystems {
    /// Makes a filesystem on a device that the caller has proved to be unused.
    ///
    /// The image's objects do not exist yet, so nothing is discarded first and nothing is zeroed: a terabyte takes no
    /// longer than a gigabyte.
    ///
    /// - Parameters:
    ///   - uuid: the filesystem's UUID, chosen and recorded before.
    ///   - extraOptions: of the StorageClass' `mkfsOptions`, before the device's name.
    /// - Throws: ``HostError`` with the tool's words.
    package static func make(
        _ type: FilesystemType,
        on device: FilePath,
        uuid: String,
        extraOptions: [String]
    ) async throws(HostError) {
        switch type {
        case .ext4:
            // No blocks for root: on a student's volume they would only be missing.
            let options = ["-F", "-q", "-m", "0", "-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1", "-U", uuid]
            try await Tool(name: "mkfs.ext4").succeed(options + extraOptions + [device.string])
        case .xfs:
            try await Tool(name: "mkfs.xfs").succeed(
                ["-f", "-q", "-K", "-m", "uuid=\(uuid)"] + extraOptions + [device.string]
            )
        }
    }

    /// Puts right what a crash left, before the first mount on this node: what fsck may do without asking.
    ///
    /// XFS replays its log when it is mounted and has nothing to check here.
    ///
    /// - Throws: ``HostError`` when a person has to look.
    package static func check(_ type: FilesystemType, on device: FilePath) async throws(HostError) {
        guard type == .ext4 else { return }
        let tool = Tool(name: "e2fsck")
        let arguments = ["-p", device.string]
        let outcome = try await tool.run(arguments)
        // 0: clean; 1: corrected. See: man 8 e2fsck.
        guard outcome.status <= 1 else { throw tool.failure(arguments, outcome) }
    }

    /// Grows a mounted filesystem to its device's size; one that is as large already stays.
    ///
    /// - Throws: ``HostError`` with the tool's words.
    package static func grow(
        _ type: FilesystemType,
        on device: FilePath,
        mountedAt mountPoint: FilePath
    ) async throws(HostError) {
        switch type {
        case .ext4: try await Tool(name: "resize2fs").succeed([device.string])
        case .xfs: try await Tool(name: "xfs_growfs").succeed(["-d", mountPoint.string])
        }
    }

    /// Whether a filesystem is smaller than its device by more than a tool would leave over.
    ///
    /// - Parameters:
    ///   - mountPoint: where it is mounted.
    ///   - deviceSize: in bytes.
    /// - Throws: ``HostError``.
    package static func needsGrowth(
        _ type: FilesystemType,
        mountedAt mountPoint: FilePath,
        on device: FilePath,
        deviceSize: UInt64
    ) async throws(HostError) -> Bool {
        switch type {
        case .ext4:
            let output = try await Tool(name: "dumpe2fs").succeed(["-h", device.string])
            guard let blocks = Self.value("Block count:", in: output), let size = Self.value("Block size:", in: output)
            else { return true }
            return deviceSize >= (blocks + 1) * size
        case .xfs:
            // Not xfs_info: that script asks every loop device of the machine for its file, and one whose server does
            // not answer would hold up all volumes of the node. This is what it runs in the end.
            let output = try await Tool(name: "xfs_spaceman").succeed(["-c", "info", mountPoint.string])
            guard let line = output.split(separator: "\n").first(where: { $0.hasPrefix("data ") }),
                let size = Self.field("bsize=", in: line), let blocks = Self.field("blocks=", in: line)
            else { return true }
            // A last allocation group under 64 blocks is left unused. See: xfs_growfs.
            return deviceSize >= (blocks + 64) * size
        }
    }

    private static func value(_ label: String, in text: String) -> UInt64? {
        text.split(separator: "\n").first { $0.hasPrefix(label) }
            .flatMap { UInt64($0.dropFirst(label.count).drop { $0 == " " }) }
    }

    private static func field(_ label: String, in line: Substring) -> UInt64? {
        line.split { $0 == " " || $0 == "," }.first { $0.hasPrefix(label) }
            .flatMap { UInt64($0.dropFirst(label.count)) }
    }
}
