// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux

/// A message of generic netlink, as it is sent or as the kernel answers.
///
/// See: man 7 netlink, linux/netlink.h (`struct nlmsghdr`, `struct nlmsgerr`), linux/genetlink.h.
package enum NetlinkMessage: Sendable, Hashable {
    /// One of a family's own messages.
    case family(command: UInt8, attributes: NetlinkAttributes)
    /// The end of an answer: zero or an errno, and what the kernel says about it; empty if nothing.
    case end(errno: Int32, text: String)

    private static let header = 16
    private static let generic = 4

    /// A request, as bytes.
    ///
    /// - Parameters:
    ///   - family: the family's number.
    ///   - flags: `NLM_F_…`; `NLM_F_REQUEST` is added.
    static func request(
        family: UInt16,
        command: UInt8,
        version: UInt8,
        flags: Int32,
        sequence: UInt32,
        _ attributes: NetlinkAttributes
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number) { bytes += $0 } }
        append(UInt32(Self.header + Self.generic + attributes.bytes.count))
        append(family)
        append(UInt16(truncatingIfNeeded: NLM_F_REQUEST | flags))
        append(sequence)
        append(UInt32(0))  // The kernel fills in who sends.
        append(command)
        append(version)
        append(UInt16(0))
        return bytes + attributes.bytes
    }

    /// Reads what the kernel sent in answer to one request.
    ///
    /// - Parameter sequence: the request's; what answers another is passed over.
    package static func parse(_ bytes: [UInt8], sequence: UInt32) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var start = 0
        while start + Self.header <= bytes.count {
            let (length, type, flags, answered) = bytes.withUnsafeBytes { bytes in
                (
                    Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)),
                    Int32(bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt16.self)),
                    Int32(bytes.loadUnaligned(fromByteOffset: start + 6, as: UInt16.self)),
                    bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt32.self)
                )
            }
            guard length >= Self.header, start + length <= bytes.count else { break }
            let body = bytes[(start + Self.header)..<(start + length)]
            start += (length + 3) & ~3
            guard answered == sequence else { continue }
            switch type {
            case NLMSG_ERROR, NLMSG_DONE:
                messages.append(Self.end(body, flags, isError: type == NLMSG_ERROR))
            case NLMSG_NOOP, NLMSG_OVERRUN:
                continue
            default:
                guard let command = body.first, body.count >= Self.generic else { continue }
                let attributes = NetlinkAttributes(bytes: body.dropFirst(Self.generic))
                messages.append(.family(command: command, attributes: attributes))
            }
        }
        return messages
    }

    private static func end(_ body: ArraySlice<UInt8>, _ flags: Int32, isError: Bool) -> NetlinkMessage {
        guard body.count >= 4 else { return .end(errno: 0, text: "") }
        let code = body.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
        guard isError, flags & Int32(NLM_F_ACK_TLVS) != 0, body.count >= 4 + Self.header else {
            return .end(errno: -code, text: "")
        }
        // The request's header follows, and the whole request after an error if the answer is not capped.
        var skipped = 4 + Self.header
        if flags & Int32(NLM_F_CAPPED) == 0, code != 0 {
            let length = body.dropFirst(4).withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
            skipped = 4 + ((length + 3) & ~3)
        }
        let extras = NetlinkAttributes(bytes: body.dropFirst(skipped))
        var words = extras.text(Int(NLMSGERR_ATTR_MSG.rawValue)).map { [$0] } ?? []
        if let missing = extras.number(6 /* NLMSGERR_ATTR_MISS_TYPE, Linux 6.0 */, as: UInt32.self) {
            words.append("attribute \(missing) is missing")
        }
        return .end(errno: -code, text: words.joined(separator: "; "))
    }
}
