// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Foundation
import Logging
import Redaction
import Telemetry
import Testing

/// Lines a log collector parses.
@Suite struct JSONLogTests {
    private func parsed(_ log: (Logger) -> Void, provider: Logger.MetadataProvider? = nil) throws -> [String: String] {
        let captured = CapturedLines()
        log(captured.json(provider: provider))
        let line = try #require(captured.lines.first)
        #expect(captured.lines.count == 1)
        #expect(line.hasSuffix("}\n"))
        #expect(!line.dropLast().unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    }

    @Test func `a line has time, level, label, message and the metadata`() throws {
        let line = try self.parsed { $0.warning("Volume is busy", metadata: ["volume.id": "x1", "rbd.pool": "rbd"]) }
        #expect(Set(line.keys) == ["time", "level", "label", "message", "volume.id", "rbd.pool"])
        #expect(line["level"] == "warning")
        #expect(line["label"] == "locker.test")
        #expect(line["message"] == "Volume is busy")
        #expect(line["volume.id"] == "x1")
        let time = try #require(line["time"])
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        #expect(try format.parse(time).timeIntervalSinceNow.magnitude < 3_600)  // the clock's zone, not its speed
        #expect(time.hasSuffix("Z"))
    }

    @Test(arguments: [
        "two\nlines", "\"quoted\" \\ and \r\n more", "\u{0}\u{1B}[31mred\u{7F}\u{85}\u{2028}", "한글 🧪 e\u{301}", "",
        "{\"level\":\"error\"}",
    ])
    func `any text survives, as message and as metadata`(text: String) throws {
        let line = try self.parsed { $0.info("\(text)", metadata: ["value": "\(text)", "na\"me\n": "x"]) }
        #expect(line["message"] == text)
        #expect(line["value"] == text)
        #expect(line["na\"me\n"] == "x")
    }

    @Test func `metadata is flattened, and cannot take the place of a line's own fields`() throws {
        let line = try self.parsed {
            $0.info(
                "Hello",
                metadata: [
                    "csi": ["method": "Probe", "deep": ["er": "1"]], "list": ["a", ["b": "c"]], "level": "error",
                    "message": "forged", "count": .stringConvertible(12),
                ]
            )
        }
        #expect(line["csi.method"] == "Probe")
        #expect(line["csi.deep.er"] == "1")
        #expect(line["list.0"] == "a")
        #expect(line["list.1.b"] == "c")
        #expect(line["level"] == "info")
        #expect(line["metadata.level"] == "error")
        #expect(line["message"] == "Hello")
        #expect(line["metadata.message"] == "forged")
        #expect(line["count"] == "12")
    }

    @Test func `handler, provider and call are merged, the nearest winning`() throws {
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider", "c": "provider"] }
        let line = try self.parsed(
            { logger in
                var logger = logger
                logger[metadataKey: "a"] = "handler"
                logger[metadataKey: "d"] = "handler"
                logger.info("Hello", metadata: ["b": "call"])
            },
            provider: provider
        )
        #expect(line["a"] == "provider")
        #expect(line["b"] == "call")
        #expect(line["c"] == "provider")
        #expect(line["d"] == "handler")
    }

    @Test func `a secret is never printed`() throws {
        let captured = CapturedLines()
        let secret = Secret("AQDkey==")
        for logger in [captured.json(), captured.text()] {
            logger.error(
                "Key \(secret)",
                metadata: [
                    "plain": .stringConvertible(secret), "text": "\(secret)",
                    "nested": ["key": .stringConvertible(secret)],
                    "list": [.stringConvertible(secret)], "optional": "\(String(describing: Optional(secret)))",
                    "dictionary": "\(["userKey": secret])",
                ]
            )
        }
        #expect(captured.lines.count == 2)
        for line in captured.lines {
            #expect(!line.contains("AQDkey"))
            #expect(line.contains("<secret>"))
        }
    }

    @Test func `levels below the handler's are not written`() {
        let captured = CapturedLines()
        let logger = captured.json(level: .info)
        logger.debug("no")
        logger.info("yes")
        #expect(captured.lines.count == 1)
    }

    @Test func `a value that is too long is cut between characters and says so`() throws {
        let text = String(repeating: "x", count: 8_191) + "한" + String(repeating: "y", count: 10_000)
        let line = try self.parsed { $0.info("Long", metadata: ["value": "\(text)"]) }
        #expect(line["value"] == String(repeating: "x", count: 8_191) + "… (18194 bytes)")
    }
}
