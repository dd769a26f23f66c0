// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux

/// The flags of `mount(2)`, by the words that `mount(8)` and a StorageClass' mountOptions use for them.
package struct MountFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt

    package init(rawValue: UInt) {
        self.rawValue = rawValue
    }

    /// `ro`
    package static let readOnly = MountFlags(rawValue: 1)
    /// `nosuid`
    package static let noSetUserID = MountFlags(rawValue: 2)
    /// `nodev`
    package static let noDevices = MountFlags(rawValue: 4)
    /// `noexec`
    package static let noExecute = MountFlags(rawValue: 8)
    /// `sync`
    package static let synchronous = MountFlags(rawValue: 16)
    /// `dirsync`
    package static let synchronousDirectories = MountFlags(rawValue: 128)
    /// `noatime`
    package static let noAccessTimes = MountFlags(rawValue: 1024)
    /// `nodiratime`
    package static let noDirectoryAccessTimes = MountFlags(rawValue: 2048)
    /// `relatime`
    package static let relativeAccessTimes = MountFlags(rawValue: 1 << 21)
    /// `strictatime`
    package static let strictAccessTimes = MountFlags(rawValue: 1 << 24)
    /// `lazytime`
    package static let lazyTimes = MountFlags(rawValue: 1 << 25)

    /// What a word switches on, or off, or `nil` for a word that is for the filesystem itself.
    static func change(for word: String) -> (flags: MountFlags, isOn: Bool)? {
        switch word {
        case "ro": (.readOnly, true)
        case "rw": (.readOnly, false)
        case "nosuid": (.noSetUserID, true)
        case "suid": (.noSetUserID, false)
        case "nodev": (.noDevices, true)
        case "dev": (.noDevices, false)
        case "noexec": (.noExecute, true)
        case "exec": (.noExecute, false)
        case "sync": (.synchronous, true)
        case "async": (.synchronous, false)
        case "dirsync": (.synchronousDirectories, true)
        case "noatime": (.noAccessTimes, true)
        case "atime": (.noAccessTimes, false)
        case "nodiratime": (.noDirectoryAccessTimes, true)
        case "diratime": (.noDirectoryAccessTimes, false)
        case "relatime": (.relativeAccessTimes, true)
        case "norelatime": (.relativeAccessTimes, false)
        case "strictatime": (.strictAccessTimes, true)
        case "nostrictatime": (.strictAccessTimes, false)
        case "lazytime": (.lazyTimes, true)
        case "nolazytime": (.lazyTimes, false)
        case "defaults": ([], true)
        default: nil
        }
    }
}
