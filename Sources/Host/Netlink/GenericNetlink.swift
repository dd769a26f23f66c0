// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// A socket on which parts of the kernel, called families, are asked to do something.
///
/// Calls block for as long as the kernel works on them. See: man 7 netlink, linux/genetlink.h.
package struct GenericNetlink: ~Copyable {
    private let file: CInt
    private var sequence: UInt32 = 0

    /// Opens a socket.
    ///
    /// - Throws: ``HostError``: `EPROTONOSUPPORT` on a kernel without it.
    package init() throws(HostError) {
        self.file = try systemCall("socket", "generic netlink") { locker_genetlink_open() }
    }

    deinit {
        _ = Glibc.close(self.file)
    }

    /// The number of a family; `nil` if the kernel has none of that name.
    ///
    /// The kernel is asked for all that it has: asked for one by name it would load a module that has it.
    ///
    /// - Throws: ``HostError``.
    package mutating func family(_ name: String) throws(HostError) -> UInt16? {
        let all = try self.call(
            "generic netlink",
            on: name,
            family: UInt16(GENL_ID_CTRL),
            command: Int(CTRL_CMD_GETFAMILY),
            flags: NLM_F_DUMP
        )
        let found = all.first { $0.text(Int(CTRL_ATTR_FAMILY_NAME)) == name }
        return found?.number(Int(CTRL_ATTR_FAMILY_ID), as: UInt16.self)
    }

    /// Asks a family to do something.
    ///
    /// - Parameters:
    ///   - name: what the call is called in an error.
    ///   - object: what it is made on.
    ///   - flags: `NLM_F_…`: `NLM_F_ACK` for one thing, `NLM_F_DUMP` for a list.
    /// - Returns: the attributes of each message of the answer.
    /// - Throws: ``HostError`` with the kernel's words, if it has any.
    @discardableResult
    package mutating func call(
        _ name: String,
        on object: @autoclosure () -> String,
        family: UInt16,
        command: Int,
        flags: Int32 = NLM_F_ACK,
        _ attributes: NetlinkAttributes = NetlinkAttributes()
    ) throws(HostError) -> [NetlinkAttributes] {
        self.sequence += 1
        let request = NetlinkMessage.request(
            family: family,
            command: UInt8(command),
            version: 1,
            flags: flags,
            sequence: self.sequence,
            attributes
        )
        try systemCall(name, object()) { send(self.file, request, request.count, 0) }
        var answers: [NetlinkAttributes] = []
        // The kernel's own answers are 32 KiB at most.
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try systemCall(name, object()) { recv(self.file, &buffer, buffer.count, 0) }
            for message in NetlinkMessage.parse(Array(buffer[..<count]), sequence: self.sequence) {
                switch message {
                case .family(_, let attributes):
                    answers.append(attributes)
                case .end(0, _):
                    return answers
                case .end(let code, let text):
                    throw HostError(call: name, code: Errno(rawValue: code), object: object(), note: text)
                }
            }
        }
    }
}
