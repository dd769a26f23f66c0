// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// What a device's first blocks say it holds, by `blkid -p`, which looks at the device and not at a cache.
package struct FilesystemSignature: Sendable, Hashable {
    /// "ext4", "xfs", "crypto_LUKS", ….
    package let type: String
    package let uuid: String

    /// Looks at a device.
    ///
    /// - Returns: `nil` if nothing known was found, which never proves that the device is empty.
    /// - Throws: ``HostError`` if it could not be read, or if signatures of two kinds contradict each other.
    package static func probe(_ device: FilePath) async throws(HostError) -> FilesystemSignature? {
        let tool = Tool(name: "blkid")
        let arguments = ["-p", "-o", "export", device.string]
        let outcome = try await tool.run(arguments)
        switch outcome.status {
        case 0: break
        case 2: return nil
        default: throw tool.failure(arguments, outcome)
        }
        var values: [Substring: Substring] = [:]
        for line in outcome.output.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let type = values["TYPE"] ?? values["PTTYPE"] else { return nil }
        return FilesystemSignature(type: String(type), uuid: String(values["UUID"] ?? ""))
    }
}
