// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Foundation
import Logging
import Testing

@testable import Telemetry

/// The way to the descriptor, and the clock's text.
@Suite struct LogSinkTests {
    @Test func `a line is one write, whole`() throws {
        var ends: [CInt] = [0, 0]
        // A packet socket keeps the boundaries of the writes.
        try #require(socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        defer { ends.forEach { close($0) } }
        let sink = LogSink.descriptor(ends[1])
        let logger = Logger(label: "l") { JSONLogHandler(label: $0, sink: sink) }
        logger.info("One", metadata: ["a": "1", "b": "2"])
        logger.info("Two")
        #expect(Self.text(ends[0]).hasSuffix("\"message\":\"One\",\"a\":\"1\",\"b\":\"2\"}\n"))
        #expect(Self.text(ends[0]).hasSuffix("\"message\":\"Two\"}\n"))
    }

    @Test func `lost lines are counted and told when writing works again`() throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        for end in ends { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        while write(ends[1], "x", 1) == 1 {}
        try #require(errno == EAGAIN)
        let sink = LogSink.descriptor(ends[1])
        sink.put("lost 1\n")
        sink.put("lost 2\n")
        while !Self.text(ends[0]).isEmpty {}
        sink.put("back\n")
        #expect(Self.text(ends[0]) == "locker: 2 log lines were lost\nback\n")
    }

    /// What one `read(2)` gives; empty when there is nothing.
    private static func text(_ descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }

    @Test(arguments: [0, 1, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 1_795_453_445, 4_107_542_400, -1])
    func `a time is written as Foundation writes it`(seconds: Int) {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
        #expect(LogTime(seconds: seconds, milliseconds: 0).text == expected)
        #expect(LogTime(seconds: seconds, milliseconds: 7).text == expected.replacing(".000Z", with: ".007Z"))
    }
}
