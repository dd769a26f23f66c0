// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage

/// What the processes of this machine have open, for naming who keeps something busy.
///
/// Only what lies on a filesystem of this machine: to look at a file of a FUSE, NFS or Ceph mount whose server does not
/// answer would wait for as long as it does not. Best effort: a process may end while it is looked at.
struct OpenFiles {
    /// A process and its working directory, root and open files, as paths below /proc that may be followed.
    typealias Holder = (pid: Int32, paths: [FilePath])

    /// Every mount that some process sees, by its number, which is one in all mount namespaces.
    private let mounts: [UInt64: MountEntry]

    /// Every process that can be looked at.
    static func all() -> [Holder] {
        let pids = HostFile.names(in: "/proc").compactMap { Int32($0) }.sorted()
        var tables: [String: MountTable] = [:]
        var namespaces: [Int32: String] = [:]
        for pid in pids {
            guard let namespace = Self.link("/proc/\(pid)/ns/mnt") else { continue }
            namespaces[pid] = namespace
            if tables[namespace] == nil, let text = try? HostFile.read(FilePath("/proc/\(pid)/mountinfo")) {
                tables[namespace] = MountTable(parsing: String(decoding: text, as: UTF8.self))
            }
        }
        let entries = tables.values.flatMap(\.entries).map { ($0.id, $0) }
        let files = OpenFiles(mounts: Dictionary(entries) { first, _ in first })
        return pids.map { pid in
            let table = namespaces[pid].flatMap { tables[$0] }
            return (pid, files.directories(of: pid, seeing: table) + files.descriptors(of: pid))
        }
    }

    private func directories(of pid: Int32, seeing table: MountTable?) -> [FilePath] {
        ["/proc/\(pid)/cwd", "/proc/\(pid)/root"].filter { path in
            guard let table, let target = Self.link(path) else { return false }
            var directory = FilePath(target)
            while true {
                if let entry = table.entry(at: directory) { return Self.answers(entry) }
                guard directory.removeLastComponent() else { return false }
            }
        }
        .map { FilePath($0) }
    }

    private func descriptors(of pid: Int32) -> [FilePath] {
        HostFile.names(in: FilePath("/proc/\(pid)/fd")).compactMap { name in
            guard let text = try? HostFile.read(FilePath("/proc/\(pid)/fdinfo/\(name)")),
                let line = text.split(separator: 10).first(where: { $0.starts(with: Array("mnt_id:".utf8)) }),
                let id = UInt64(String(decoding: line.filter { (48...57).contains($0) }, as: UTF8.self)),
                let mount = self.mounts[id], Self.answers(mount)
            else { return nil }
            return FilePath("/proc/\(pid)/fd/\(name)")
        }
    }

    /// Whether a mount's files are this kernel's own to know.
    private static func answers(_ mount: MountEntry) -> Bool {
        let remote = ["fuse", "nfs", "ceph", "cifs", "smb", "9p", "afs", "autofs", "glusterfs", "lustre"]
        return !remote.contains { mount.type.hasPrefix($0) }
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
