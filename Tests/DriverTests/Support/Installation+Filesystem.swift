// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import RBD
internal import SystemPackage
internal import TestSupport

extension Installation {
    /// Looks with e2fsck or xfs_repair at what the cluster has of a volume, corrects nothing, and not even replays its log.
    ///
    /// - Returns: how the tool ended, 0 for a filesystem that is whole, and what it said.
    func checkFilesystem(
        of volume: MadeVolume,
        type: String
    ) async throws -> (status: Int32, output: String) {
        let bytes = try await self.context.withImage(.name(volume.imageName), readOnly: true) {
            try $0.read(offset: 0, count: Int($0.size))
        }
        let copy = try self.write("", to: "image-\(self.next())")
        try Data(bytes).write(to: URL(fileURLWithPath: copy.string))
        let path = self.path("check-\(self.next())")
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
        let process = try file.closeAfter {
            type == "ext4"
                ? try ChildProcess("/sbin/e2fsck", ["-f", "-n", copy.string], output: file, error: file)
                : try ChildProcess("/sbin/xfs_repair", ["-n", copy.string], output: file, error: file)
        }
        let status = await process.wait()
        try FileManager.default.removeItem(atPath: copy.string)
        return (status, try String(contentsOfFile: path.string, encoding: .utf8))
    }
}
