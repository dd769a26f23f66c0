// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A folder of the test's own, with mounts and loop devices that are gone with it.
final class Scratch: Sendable {
    let directory: FilePath
    private let devices = Mutex<[LoopDevice]>([])

    private init() throws {
        var template = Array("/tmp/locker-host-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SetUpError("no folder can be made in /tmp") }
        self.directory = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Lends a folder to `body`; afterwards nothing of it may be mounted or attached.
    static func with(_ body: (Scratch) async throws -> Void) async throws {
        let scratch = try Scratch()
        do {
            try await body(scratch)
        } catch {
            // The test's own error is the one to report.
            try? scratch.tearDown()
            throw error
        }
        try scratch.tearDown()
    }

    private func tearDown() throws {
        for entry in try MountTable.read().entries.reversed() where entry.mountPoint.starts(with: self.directory) {
            try Mounts.unmount(entry.mountPoint)
        }
        // What the test itself has detached may be another one's device by now.
        for device in self.devices.withLock({ $0 }) where device.backingFile?.starts(with: self.directory) ?? false {
            try device.detach()
        }
        try FileManager.default.removeItem(atPath: self.directory.string)
    }

    /// The path of a name in the folder.
    func path(_ name: String) -> FilePath { self.directory.appending(name) }

    /// Makes a directory.
    func folder(_ name: String) throws -> FilePath {
        let path = self.path(name)
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        return path
    }

    /// Makes a file with content.
    @discardableResult
    func file(_ name: String, _ text: String = "") throws -> FilePath {
        let path = self.path(name)
        try text.write(toFile: path.string, atomically: false, encoding: .utf8)
        return path
    }

    /// Mounts a tmpfs on a folder of its own.
    func tmpfs(_ name: String) throws -> FilePath {
        let path = try self.folder(name)
        try Mounts.mount("scratch", at: path, type: "tmpfs", options: MountOptions(words: ["size=1m"]))
        return path
    }

    /// Attaches a loop device to a sparse file of so many bytes.
    func device(_ name: String = "image", size: Int64) throws -> LoopDevice {
        let file = try self.file(name)
        guard truncate(file.string, off_t(size)) == 0 else { throw SetUpError("\(file) cannot be made so large") }
        let device = try LoopDevice.attach(file, readOnly: false, label: "host test")
        self.devices.withLock { $0.append(device) }
        return device
    }

    /// Makes the file below a device larger, and the device with it.
    func grow(_ device: LoopDevice, _ name: String = "image", to size: Int64) throws {
        guard truncate(self.path(name).string, off_t(size)) == 0 else { throw SetUpError("\(name) cannot grow") }
        try device.followSize()
    }

    /// What lstat(2) says of a path.
    func status(_ path: FilePath) throws -> stat {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw SetUpError("\(path) cannot be looked at") }
        return status
    }

    /// The permissions of a path.
    func mode(_ path: FilePath) throws -> mode_t { try self.status(path).st_mode & 0o7777 }
}
