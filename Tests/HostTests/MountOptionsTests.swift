// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Testing

/// Mount options, as a StorageClass writes them.
struct MountOptionsTests {
    /// Words, and what the kernel and the filesystem get of them.
    private typealias Row = (words: [String], flags: MountFlags, data: [String])

    private static let rows: [Row] = [
        ([], [], []),
        (["defaults"], [], []),
        (["ro"], .readOnly, []),
        (["ro", "rw"], [], []),
        (["rw", "ro"], .readOnly, []),
        (["ro,noatime", "nosuid"], [.readOnly, .noAccessTimes, .noSetUserID], []),
        (["noatime,atime"], [], []),
        (["nodev", "noexec", "sync", "dirsync"], [.noDevices, .noExecute, .synchronous, .synchronousDirectories], []),
        (["nodev", "noexec", "sync", "dev", "exec", "async"], [], []),
        (
            ["nodiratime", "relatime", "strictatime", "lazytime"],
            [.noDirectoryAccessTimes, .relativeAccessTimes, .strictAccessTimes, .lazyTimes], []
        ),
        (["nodiratime", "diratime", "relatime", "norelatime", "lazytime", "nolazytime"], [], []),
        (["nosuid", "suid", "strictatime", "nostrictatime"], [], []),
        (["errors=remount-ro", "discard"], [], ["errors=remount-ro", "discard"]),
        (["discard,ro,discard", "nouuid"], .readOnly, ["discard", "nouuid"]),
        ([",,ro,"], .readOnly, []),
        (["RO"], [], ["RO"]),
    ]

    @Test("What the kernel gets as flags, and what the filesystem gets as words", arguments: rows.indices)
    func words(_ index: Int) {
        let row = Self.rows[index]
        let options = MountOptions(words: row.words)
        #expect(options.flags == row.flags, "\(row)")
        #expect(options.data == row.data, "\(row)")
    }

    @Test("The flags have the kernel's numbers")
    func numbers() {
        // See: include/uapi/linux/mount.h.
        let numbers: [UInt] = [1, 2, 4, 8, 16, 128, 1024, 2048, 0x20_0000, 0x100_0000, 0x200_0000]
        let words = [
            "ro", "nosuid", "nodev", "noexec", "sync", "dirsync", "noatime", "nodiratime", "relatime", "strictatime",
            "lazytime",
        ]
        #expect(words.map { MountOptions(words: [$0]).flags.rawValue } == numbers)
    }
}
