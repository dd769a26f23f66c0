// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A directory that belongs to the machine's administrator; below it pods can plant symbolic links.
///
/// Its own path may lead over links, as `/var/lib/kubelet` does on machines with a disk of its own for kubelet. What is
/// below is opened with openat2(2) and without following any link, so nobody who can write there leads a mount, a
/// directory that is made, a change of group or a removal to another place. A path that is not below is followed from `/`,
/// by no link at all. Of the two ways openat2 has, refusing links is taken and not RESOLVE_IN_ROOT: kubelet makes no links
/// there, so each one is a mistake or an attack, and what it leads to within the root may be another pod's.
package struct TrustedRoot: Sendable, Hashable {
    /// Its path.
    package let path: FilePath
    /// The same without the links that it leads over, as the mount table has it.
    private let real: FilePath

    /// `/`: no link is followed anywhere.
    package static let filesystem = TrustedRoot("/")

    /// Trusts a directory, which need not be there yet; blocks on finding out what its path leads over.
    package init(_ path: FilePath) {
        self.path = path.lexicallyNormalized()
        let found = realpath(self.path.string, nil)
        defer { free(found) }
        self.real = found.map { FilePath(String(cString: $0)) } ?? self.path
    }

    /// A path as the mount table has it: what leads to the root is resolved, what is below it is left as it is.
    package func canonical(_ path: FilePath) -> FilePath {
        let path = path.lexicallyNormalized()
        guard path.starts(with: self.path) else { return path }
        return self.real.appending(path.components.dropFirst(self.path.components.count))
    }

    /// The directory above a path of this program's own.
    static func above(_ path: FilePath) -> TrustedRoot { TrustedRoot(path.removingLastComponent()) }

    /// The directory to begin from, and the names from there on.
    private func split(_ path: FilePath) -> (base: FilePath, names: [String]) {
        let path = path.lexicallyNormalized()
        for root in [self.path, self.real] where path.starts(with: root) {
            return (root, path.components.dropFirst(root.components.count).map(\.string))
        }
        return ("/", path.components.map(\.string))
    }

    private func openBase(_ base: FilePath) throws(HostError) -> HeldPath {
        let file = try systemCall("open", "\(base)") {
            locker_openat(AT_FDCWD, base.string, LOCKER_O_PATH | O_DIRECTORY | O_CLOEXEC, 0)
        }
        return HeldPath(owning: file, path: base)
    }

    /// Opens a path.
    ///
    /// - Parameter flags: open(2)'s; by default what is there is held and not read, a link included.
    /// - Throws: ``HostError``: `ELOOP` for a symbolic link on the way, `ENOENT`, `ENOSYS` before Linux 5.6.
    func open(
        _ path: FilePath,
        _ flags: CInt = LOCKER_O_PATH | O_NOFOLLOW
    ) throws(HostError) -> HeldPath {
        let (base, names) = self.split(path)
        return try self.openBase(base).open(names.isEmpty ? "." : names.joined(separator: "/"), flags)
    }

    /// Opens the directory that a path is in.
    ///
    /// - Returns: the directory and the path's last name.
    /// - Throws: as ``open(_:_:)``; `EINVAL` for the root itself.
    func openParent(of path: FilePath) throws(HostError) -> Entry {
        let (base, names) = self.split(path)
        guard let name = names.last else {
            throw HostError(call: "openat2", code: .invalidArgument, object: "\(path)", note: "it is the trusted root")
        }
        let directory = names.dropLast()
        return Entry(
            directory: try self.openBase(base).open(
                directory.isEmpty ? "." : directory.joined(separator: "/"),
                LOCKER_O_PATH | O_DIRECTORY
            ),
            name: name
        )
    }

    /// A name in a directory that is held.
    struct Entry: ~Copyable {
        let directory: HeldPath
        let name: String

        /// A path that nobody can lead elsewhere but at its last name, which is not followed.
        var path: FilePath { self.directory.magicLink.appending(self.name) }
    }

    /// Opens a directory, made with those above it where they are not there.
    ///
    /// - Throws: ``HostError``: `ENOTDIR` if something else is in the way, `ELOOP` if that is a symbolic link.
    func makeDirectory(_ path: FilePath, mode: mode_t) throws(HostError) -> HeldPath {
        let (base, names) = self.split(path)
        var held = try self.openBase(base)
        for name in names {
            let flags = LOCKER_O_PATH | O_DIRECTORY | O_NOFOLLOW
            let next: HeldPath
            do throws(HostError) {
                next = try held.open(name, flags)
            } catch  where error.code == .noSuchFileOrDirectory {
                do throws(HostError) {
                    try systemCall("mkdir", "\(held.path.appending(name))") { mkdirat(held.descriptor, name, mode) }
                } catch  where error.code == .fileExists {
                    // Somebody else was faster; what is there is looked at.
                }
                next = try held.open(name, flags)
            }
            held = next
        }
        return held
    }
}
