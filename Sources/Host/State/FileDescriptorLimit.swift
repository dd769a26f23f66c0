// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage

/// How many files this process may have open: each of Ceph's clients has some twenty, and a socket for each OSD it talks to.
///
/// What happens at the limit is Ceph's to say, and it says `abort`. So the limit is raised at start, and nothing that
/// makes a client begins when it is near. See: man 2 setrlimit (RLIMIT_NOFILE).
package struct FileDescriptorLimit: Sendable, Hashable {
    /// As many as a kernel lets a process have that has not been told otherwise (fs.nr_open).
    private static let wanted = 1 << 20

    /// How many this process may have open now.
    package let count: Int

    /// The limit as it is.
    ///
    /// - Throws: ``HostError``.
    package static func current() throws(HostError) -> FileDescriptorLimit {
        FileDescriptorLimit(count: Int(clamping: try Self.limits().rlim_cur))
    }

    /// Raises the limit as far as this process may: with CAP_SYS_RESOURCE to 1,048,576, else to its hard limit; never lower.
    ///
    /// - Returns: the limit as it is then.
    /// - Throws: ``HostError``.
    @discardableResult
    package static func raise() throws(HostError) -> FileDescriptorLimit {
        var limits = try Self.limits()
        let wanted = rlim_t(Self.wanted)
        if limits.rlim_cur < wanted {
            limits.rlim_cur = wanted
            limits.rlim_max = max(limits.rlim_max, wanted)
            if (try? Self.set(limits)) == nil {
                limits = try Self.limits()
                limits.rlim_cur = min(limits.rlim_max, wanted)
                try Self.set(limits)
            }
        }
        return try self.current()
    }

    /// How many more files may be opened now.
    package var room: Int { self.count - HostFile.names(in: "/proc/self/fd").count }

    private static func limits() throws(HostError) -> rlimit {
        var limits = rlimit()
        try systemCall("getrlimit", "RLIMIT_NOFILE") { getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) }
        return limits
    }

    private static func set(_ limits: rlimit) throws(HostError) {
        var limits = limits
        try systemCall("setrlimit", "RLIMIT_NOFILE") { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) }
    }
}
