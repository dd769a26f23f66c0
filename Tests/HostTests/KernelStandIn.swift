// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Foundation
internal import Glibc
internal import Host
internal import Synchronization
internal import TestSupport

/// Does what the kernel does with a connection, without a pause and whatever becomes of the server: many requests are under
/// way, one in a block at a time, and what is answered has to be right.
final class KernelStandIn: Sendable {
    /// Bytes.
    static let size = blocks * room

    private static let blocks = 24
    private static let room = 1 << 20
    private static let mostUnderWay = 16
    private static let noise = randomBytes(2 * room)

    private struct Request {
        let block: Int
        let command: UInt32
        let start: Int
        let count: Int
        let data: [UInt8]

        func bytes(_ handle: UInt64) -> [UInt8] {
            let offset = UInt64(self.block * KernelStandIn.room + self.start)
            return NBDPeer.request(
                self.command,
                handle: handle,
                offset: offset,
                count: UInt32(self.count),
                data: self.data
            )
        }
    }

    private struct State {
        var socket: CInt = -1
        var unsent: [UInt8] = []
        var received: [UInt8] = []
        var handle: UInt64 = 0
        var underWay: [UInt64: Request] = [:]
        var content = [[UInt8]](repeating: .init(repeating: 0, count: KernelStandIn.room), count: KernelStandIn.blocks)
        var answered = 0
        var isEnding = false
        var hasEnded = false
        var faults: [String] = []
    }

    private let state = Mutex(State())

    init() {
        Thread.detachNewThread { self.run() }
    }

    /// What was wrong.
    var faults: [String] { self.state.withLock { $0.faults } }

    /// Whether this is what all requests together have written.
    func expects(_ content: [UInt8]) -> Bool {
        self.state.withLock { $0.content.joined().elementsEqual(content) }
    }

    /// Uses a new socket from now on, and sends again on it what was not answered.
    ///
    /// - Returns: the server's end.
    func connect() throws -> CInt {
        let (own, served) = try socketPair()
        for end in [own, served] { locker_send_buffer(end, 2 << 20) }
        self.state.withLock { state in
            if state.socket >= 0 { close(state.socket) }
            state.socket = own
            (state.unsent, state.received) = ([], [])
            let again = Array(state.underWay.values)
            state.underWay = [:]
            for request in again { Self.send(request, &state) }
        }
        return served
    }

    /// Goes on for a while.
    func work(for duration: Duration) async throws {
        let before = self.state.withLock { $0.answered }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(20)
        while self.state.withLock({ $0.answered }) < before + 5 {
            guard clock.now < deadline, self.faults.isEmpty else {
                throw SetUpError("nothing is answered: \(self.faults)")
            }
            try await Task.sleep(for: .microseconds(200))
        }
        try await Task.sleep(for: duration)
    }

    /// Begins with nothing more, and waits until all is answered.
    func finish() async throws {
        self.state.withLock { $0.isEnding = true }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(20)
        while !self.state.withLock({ $0.hasEnded }) {
            guard clock.now < deadline else {
                throw SetUpError("\(self.state.withLock { $0.underWay.count }) requests are not answered")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func run() {
        while true {
            let isDone = self.state.withLock { state in
                if !state.isEnding { Self.begin(&state) }
                Self.send(&state)
                let hasReceived = Self.receive(&state)
                if state.isEnding, state.underWay.isEmpty || !state.faults.isEmpty {
                    close(state.socket)
                    state.hasEnded = true
                }
                return state.hasEnded ? true : hasReceived ? nil : false
            }
            if isDone == true { return }
            if isDone == false { usleep(50) }
        }
    }

    private static func begin(_ state: inout State) {
        guard state.socket >= 0, state.unsent.isEmpty, state.underWay.count < self.mostUnderWay else { return }
        let busy = Set(state.underWay.values.map(\.block))
        guard let block = (0..<self.blocks).filter({ !busy.contains($0) }).randomElement() else { return }
        let commands = [LOCKER_NBD_READ, LOCKER_NBD_WRITE, LOCKER_NBD_WRITE, LOCKER_NBD_WRITE_ZEROES, LOCKER_NBD_FLUSH]
        let command = commands.randomElement() ?? LOCKER_NBD_READ
        let size = Int.random(in: 0..<64) == 0 ? self.room : [1, 512, 4096, 16384].randomElement() ?? 512
        let count = command == LOCKER_NBD_FLUSH ? 0 : size
        let start = Int.random(in: 0...(self.room - count))
        var data: [UInt8] = []
        if command == LOCKER_NBD_WRITE {
            let begin = Int.random(in: 0...(self.noise.count - count))
            data = Array(self.noise[begin..<(begin + count)])
        }
        let written = command == LOCKER_NBD_WRITE_ZEROES ? [UInt8](repeating: 0, count: count) : data
        if !written.isEmpty { state.content[block].replaceSubrange(start..<(start + count), with: written) }
        self.send(Request(block: block, command: command, start: start, count: count, data: data), &state)
    }

    private static func send(_ request: Request, _ state: inout State) {
        state.handle += 1
        state.underWay[state.handle] = request
        state.unsent += request.bytes(state.handle)
    }

    private static func send(_ state: inout State) {
        guard state.socket >= 0, !state.unsent.isEmpty else { return }
        let sent = state.unsent.withUnsafeBytes {
            Glibc.send(state.socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if sent > 0 { state.unsent.removeFirst(sent) }
    }

    private static func receive(_ state: inout State) -> Bool {
        guard state.socket >= 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        let count = recv(state.socket, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        guard count > 0 else { return false }
        state.received += buffer[..<count]
        while self.take(&state) {}
        return true
    }

    private static func take(_ state: inout State) -> Bool {
        guard state.received.count >= 16 else { return false }
        let (magic, error, handle) = state.received.withUnsafeBytes { bytes in
            (
                UInt32(bigEndian: bytes.load(as: UInt32.self)),
                UInt32(bigEndian: bytes.load(fromByteOffset: 4, as: UInt32.self)),
                bytes.load(fromByteOffset: 8, as: UInt64.self).bigEndian
            )
        }
        guard magic == UInt32(NBD_REPLY_MAGIC), error == 0, let request = state.underWay[handle] else {
            state.faults.append("answer \(handle) with magic \(magic) and error \(error) to what was not asked")
            state.received = []
            return false
        }
        let length = request.command == LOCKER_NBD_READ ? request.count : 0
        guard state.received.count >= 16 + length else { return false }
        if length > 0 {
            let expected = state.content[request.block][request.start..<(request.start + length)]
            if !expected.elementsEqual(state.received[16..<(16 + length)]) {
                state.faults.append("block \(request.block) reads wrong")
            }
        }
        state.received.removeFirst(16 + length)
        state.underWay[handle] = nil
        state.answered += 1
        return true
    }
}
