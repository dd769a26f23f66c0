// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// One line of `/proc/self/mountinfo`. See: man 5 proc.
package struct MountEntry: Sendable, Hashable {
    /// The mount's number, which no other mount of this machine has at the same time.
    package let id: UInt64
    /// The device's numbers.
    package let major: UInt32
    /// The device's numbers.
    package let minor: UInt32
    /// What of the filesystem is mounted: `/` for all of it, a path within it for a bind mount.
    package let root: String
    /// Where it is mounted.
    package let mountPoint: FilePath
    /// The words of this mount: `rw`, `nosuid`, ….
    package let options: [String]
    /// The filesystem's type: `ext4`, `fuse.locker`.
    package let type: String
    /// What the mounter called the source: `/dev/loop3`.
    package let source: String
    /// The words of the filesystem itself, which all its mounts share: `ro` here means that nothing can write.
    package let superOptions: [String]

    /// Whether nothing can be written through this mount.
    package var isReadOnly: Bool { self.options.contains("ro") || self.superOptions.contains("ro") }

    /// Reads one line.
    ///
    /// - Returns: `nil` if it is not a line of that form.
    package init?(line: Substring) {
        let halves = line.split(separator: " ", omittingEmptySubsequences: true)
        guard let dash = halves.firstIndex(of: "-"), dash >= 6, halves.count >= dash + 3 else { return nil }
        let numbers = halves[2].split(separator: ":").compactMap { UInt32($0) }
        guard numbers.count == 2, let id = UInt64(halves[0]) else { return nil }
        self.id = id
        self.major = numbers[0]
        self.minor = numbers[1]
        self.root = Self.unescaped(halves[3])
        self.mountPoint = FilePath(Self.unescaped(halves[4]))
        self.options = halves[5].split(separator: ",").map(String.init)
        self.type = Self.unescaped(halves[dash + 1])
        self.source = Self.unescaped(halves[dash + 2])
        self.superOptions = halves.count > dash + 3 ? halves[dash + 3].split(separator: ",").map(String.init) : []
    }

    /// Space, tab, newline and backslash are written as three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("\\") else { return String(text) }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 3 < bytes.count,
                let code = UInt8(String(decoding: bytes[(index + 1)...(index + 3)], as: UTF8.self), radix: 8)
            {
                result.append(code)
                index += 4
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
