// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// Who keeps a mount busy, for the message of an `EBUSY`.
package enum MountHolders {
    /// Names the processes that have a working directory, a root or an open file on the filesystem at `target`, and
    /// the mounts within it. Best effort: a process may end while it is looked at.
    package static func description(of target: FilePath) -> String {
        var holders: [String] = []
        if let table = try? MountTable.read() {
            let inner = table.entries.filter { $0.mountPoint != target && $0.mountPoint.starts(with: target) }
            holders += inner.map { "a mount at \($0.mountPoint)" }
        }
        var status = stat()
        if stat(target.string, &status) == 0 { holders += Self.processes(on: status.st_dev) }
        guard !holders.isEmpty else { return "held by something in another mount namespace" }
        let shown = holders.prefix(5).joined(separator: ", ")
        return holders.count > 5 ? "held by \(shown) and \(holders.count - 5) more" : "held by \(shown)"
    }

    private static func processes(on device: dev_t) -> [String] {
        OpenFiles.all().compactMap { pid, paths in
            let holds = paths.contains { path in
                var status = stat()
                return stat(path.string, &status) == 0 && status.st_dev == device
            }
            guard holds else { return nil }
            let command = (try? HostFile.read(FilePath("/proc/\(pid)/comm"))) ?? []
            return "process \(pid) (\(String(decoding: command.filter { $0 != 10 }, as: UTF8.self)))"
        }
    }
}
