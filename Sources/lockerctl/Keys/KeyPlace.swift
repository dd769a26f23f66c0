// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import Glibc
internal import Host
internal import Locker
internal import SystemPackage
internal import Vault

/// Where a course's key-encryption keys are, as `--key-encryption-keys` names it, and how they come to an end there.
struct KeyPlace {
    private let course: String
    /// The file with the keys, or with the settings of the service that has them.
    private let file: FilePath
    private let services: VaultServices
    /// Whether the file is named after the course.
    private let isCourseOwn: Bool

    /// A file, or the file for the course in a directory.
    init(_ path: FilePath, course: String, services: VaultServices) {
        var status = stat()
        let isDirectory = stat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        self.file = isDirectory ? path.appending(course) : path
        self.isCourseOwn = isDirectory
        self.course = course
        self.services = services
    }

    /// The keys; `nil` if there are none, or none any more.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` for a file that cannot be read or that holds something else.
    func keys() async throws -> DestructibleKeys? {
        guard let settings = try self.settings() else { return nil }
        guard let named = settings.service else {
            return settings.keys.map { keys in
                DestructibleKeys(
                    course: self.course,
                    names: keys.names,
                    what: "the file \(self.file)",
                    how: "the file \(self.file), which held them, was overwritten and removed",
                    isOnlyCopy: false,
                    isShared: !self.isCourseOwn
                )
            }
        }
        guard settings.keys == nil else {
            throw LockerError(
                .failedPrecondition,
                "\(settings.origin) has keys of its own beside a service: wrap what they wrap by the service's (lockerctl keys"
                    + " rewrap), and take them out"
            )
        }
        return try await self.services.keeper(named).destructible()
    }

    /// Destroys them; what an earlier call has destroyed stays so.
    ///
    /// - Throws: ``LockerError``.
    func destroy() async throws {
        if let named = try self.settings()?.service {
            try await self.services.keeper(named).destroy()
        } else {
            try self.overwrite()
        }
    }

    private func settings() throws -> KeyEncryptionSettings? {
        let bytes: [UInt8]?
        do {
            bytes = try HostFile.readIfPresent(self.file)
        } catch {
            throw LockerError(.failedPrecondition, "\(self.file) cannot be read: \(error)", cause: error)
        }
        // Of an overwritten file zeroes are left until it is removed.
        guard let bytes, bytes.contains(where: { $0 != 0 }) else { return nil }
        return try KeyEncryptionKeyFiles(self.file).settings(course: self.course)
    }

    /// Writes zeroes over the file where it lies, and removes it. A filesystem that writes elsewhere, or a disk that does,
    /// keeps the former bytes for a time; nobody can tell from here.
    private func overwrite() throws {
        do {
            let file: FileDescriptor
            do {
                file = try FileDescriptor.open(self.file, .writeOnly, options: [.noFollow])
            } catch let error as Errno where error == .noSuchFileOrDirectory {
                return
            }
            try file.closeAfter {
                let size = try file.seek(offset: 0, from: .end)
                try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 0, count: Int(size)))
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            try HostFile.remove(self.file)
        } catch let error where !(error is LockerError) {
            throw LockerError(
                .failedPrecondition,
                "\(self.file) could not be overwritten and removed: \(error). One that Kubernetes mounts from a Secret is"
                    + " destroyed with that Secret",
                cause: error
            )
        }
    }
}
