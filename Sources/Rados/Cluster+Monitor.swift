// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import SystemPackage

extension Cluster {
    /// Sends a command to the monitors and gives what they answer.
    ///
    /// - Parameters:
    ///   - arguments: the command as the monitors take it, `prefix` and its arguments:
    ///     `["prefix": "osd blocklist ls", "format": "json"]`.
    ///   - lists: arguments that are lists: `["caps": ["mon", "profile rbd"]]`.
    /// - Throws: ``CephError`` with `EACCES` if the user may not run it, `EINVAL` if there is no such command; the
    ///   monitors' own words are in the error's object.
    package func monitorCommand(
        _ arguments: [String: String],
        lists: [String: [String]] = [:]
    ) async throws -> [UInt8] {
        let command = JSON.object(arguments, lists: lists)
        let name = arguments["prefix"] ?? "command"
        return try await self.blocking("rados_mon_command") { handle in
            var output: UnsafeMutablePointer<CChar>?
            var outputLength = 0
            var status: UnsafeMutablePointer<CChar>?
            var statusLength = 0
            let result = command.withCString { text in
                var commands: [UnsafePointer<CChar>?] = [text]
                return rados_mon_command(
                    handle.raw,
                    &commands,
                    1,
                    nil,
                    0,
                    &output,
                    &outputLength,
                    &status,
                    &statusLength
                )
            }
            defer {
                rados_buffer_free(output)
                rados_buffer_free(status)
            }
            guard result >= 0 else {
                let words = [UInt8](copying: status, count: statusLength)
                let said = words.isEmpty ? "" : ": \(String(decoding: words, as: UTF8.self))"
                throw CephError(call: "rados_mon_command", result: result, object: "\(name)\(said)")
            }
            return [UInt8](copying: output, count: outputLength)
        }
    }

    /// Fences one client: its requests are refused from the next map on, and it learns so with `ESHUTDOWN`.
    ///
    /// It is a client instance that is fenced, not its host: a client that connects anew from there has another nonce.
    ///
    /// - Parameters:
    ///   - instance: an ``instanceAddress``: `ip:0/nonce`.
    ///   - duration: how long, in whole seconds; short entries expire while the fenced client may still be asleep.
    /// - Throws: ``CephError``; `EINVAL` for an address that cannot be read.
    package func blocklist(_ instance: String, for duration: Duration) async throws {
        let seconds = UInt32(clamping: duration.components.seconds)
        try await self.blocking("rados_blocklist_add") { handle in
            // librados takes the address as a `char *` but only reads it.
            var address = Array(instance.utf8CString)
            try check(rados_blocklist_add(handle.raw, &address, seconds), "rados_blocklist_add", instance)
        }
    }

    /// Whether the monitors refuse the client `instance` just now.
    ///
    /// - Parameter instance: an ``instanceAddress``: `ip:0/nonce`.
    package func isBlocklisted(_ instance: String) async throws -> Bool {
        try await self.blocklist().refuses(instance)
    }

    /// The clients that the monitors refuse just now.
    package func blocklist() async throws -> Blocklist {
        let answer: [UInt8]
        do {
            answer = try await self.monitorCommand(["prefix": "osd blocklist ls"])
        } catch let error as CephError where error.code == .invalidArgument {
            // Before Ceph 16 the command had another name.
            answer = try await self.monitorCommand(["prefix": "osd blacklist ls"])
        }
        // "127.0.0.1:0/1234 2031-11-22T17:24:21.308406+0000" on each line. Not as JSON: Ceph 16 answers two documents
        // one behind the other, entries and ranges, which no decoder takes.
        return Blocklist(parsing: String(decoding: answer, as: UTF8.self))
    }

    /// Waits until this connection has the newest OSD map: after ``blocklist(_:for:)``, one that fences the client.
    package func waitForLatestMap() async throws {
        try await self.blocking("rados_wait_for_latest_osdmap") { handle in
            try check(
                rados_wait_for_latest_osdmap(handle.raw),
                "rados_wait_for_latest_osdmap",
                self.target.label
            )
        }
    }
}
