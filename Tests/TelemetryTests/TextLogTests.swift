// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Logging
import Telemetry
import Testing

/// Lines a person reads on a terminal.
@Suite struct TextLogTests {
    private func line(_ log: (Logger) -> Void) throws -> Substring {
        let captured = CapturedLines()
        log(captured.text())
        #expect(captured.lines.count == 1)
        let line = try #require(captured.lines.first)
        #expect(line.hasSuffix("\n"))
        let space = try #require(line.firstIndex(of: " "))
        #expect(line[..<space].count == "2026-11-23T17:04:05.678Z".count)
        return line[line.index(after: space)...].dropLast()
    }

    @Test func `a line is level, label, message and name=value`() throws {
        let line = try self.line {
            $0.info("Volume \"a\" staged", metadata: ["rbd.pool": "rbd", "csi.method": "NodeStage"])
        }
        #expect(line == "info locker.test: Volume \"a\" staged csi.method=NodeStage rbd.pool=rbd")
    }

    @Test(arguments: [
        ("two words", "\"two words\""), ("", "\"\""), ("a=b", "\"a=b\""), ("a\"b", "\"a\\\"b\""), ("한글", "한글"),
        ("line\nfeed", "\"line\\nfeed\""), ("\u{1B}[2J", "\"\\u001b[2J\""), ("/dev/loop0", "/dev/loop0"),
    ])
    func `a value is quoted when it is not one plain word`(value: String, text: String) throws {
        #expect(try self.line { $0.info("M", metadata: ["v": "\(value)"]) } == "info locker.test: M v=\(text)")
    }

    @Test func `a message cannot forge a second line or move the cursor`() throws {
        #expect(
            try self.line { $0.error("a\n2026 error b\u{1B}[1A\r\\") }
                == "error locker.test: a\\n2026 error b\\u001b[1A\\r\\"
        )
    }
}
