// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import SystemPackage

/// What a data process writes into its directory's lock file about itself.
struct EngineOwner: Sendable, Hashable, CustomStringConvertible {
    let processID: Int32
    /// Its FUSE connection.
    let connection: UInt32

    init(processID: Int32, connection: UInt32) {
        self.processID = processID
        self.connection = connection
    }

    /// Reads the form that ``description`` has; `nil` if it is not that.
    init?(_ text: String) {
        let numbers = text.split(separator: " ").map { UInt32($0) }
        guard numbers.count == 2, let process = numbers[0], let connection = numbers[1] else { return nil }
        self.init(processID: Int32(clamping: process), connection: connection)
    }

    var description: String { "\(self.processID) \(self.connection)\n" }

    /// Whether the process has been killed but is still there, since a thread of its waits in the kernel.
    var isDying: Bool {
        // The state is the first word after the name in parentheses; see: man 5 proc_pid_stat.
        let status = HostFile.line(FilePath("/proc/\(self.processID)/stat")) ?? ""
        guard let end = status.lastIndex(of: ")") else { return false }
        let state = status[end...].dropFirst(2).first
        return state == "Z" || state == "X"
    }
}
