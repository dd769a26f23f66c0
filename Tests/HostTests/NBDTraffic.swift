// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Host
internal import TestSupport
internal import Testing

/// Random requests on one connection, with what each has to do.
struct NBDTraffic {
    private struct Sent {
        let block: Int
        let start: Int
        let count: Int
        let isRead: Bool
    }

    private let peer: NBDPeer
    private var sent: [UInt64: Sent] = [:]
    private var handle: UInt64 = 0

    init(_ peer: NBDPeer) {
        self.peer = peer
    }

    /// Sends a request for a part of a block, and makes of the block what is to become of it.
    mutating func begin(in block: Int, at place: Int, room: Int, _ content: inout [UInt8]) throws {
        let sizes = [1, 512, 4096, 5000, 65536, room]
        let count = sizes.randomElement() ?? 512
        let start = Int.random(in: 0...(room - count))
        let command =
            [LOCKER_NBD_READ, LOCKER_NBD_WRITE, LOCKER_NBD_WRITE, LOCKER_NBD_TRIM, LOCKER_NBD_WRITE_ZEROES]
            .randomElement() ?? LOCKER_NBD_READ
        var data: [UInt8] = []
        switch command {
        case LOCKER_NBD_WRITE:
            data = randomBytes(count)
            content.replaceSubrange(start..<(start + count), with: data)
        case LOCKER_NBD_TRIM, LOCKER_NBD_WRITE_ZEROES:
            content.replaceSubrange(start..<(start + count), with: repeatElement(0, count: count))
        default:
            break
        }
        self.handle += 1
        self.sent[self.handle] = Sent(block: block, start: start, count: count, isRead: command == LOCKER_NBD_READ)
        let offset = UInt64(place + start)
        try self.peer.send(
            NBDPeer.request(command, handle: self.handle, offset: offset, count: UInt32(count), data: data)
        )
    }

    /// Takes an answer and looks at it.
    ///
    /// - Returns: the block it is about; `nil` if none is missing.
    mutating func finish(_ content: [[UInt8]]) throws -> Int? {
        guard !self.sent.isEmpty else { return nil }
        guard let answer = try self.peer.answer(), let sent = self.sent.removeValue(forKey: answer.handle) else {
            throw SetUpError("no answer, or one that was not asked for")
        }
        #expect(answer.error == 0)
        if sent.isRead {
            let data = try self.peer.receive(sent.count)
            let isRight = content[sent.block].withUnsafeBytes { block in
                data.withUnsafeBytes { memcmp(block.baseAddress! + sent.start, $0.baseAddress!, sent.count) == 0 }
            }
            #expect(isRight && data.count == sent.count)
        }
        return sent.block
    }
}
