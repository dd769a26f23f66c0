// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Testing

@testable internal import Locker

/// The arithmetic of a ledger.
struct LedgerStateTests {
    private let one = RecordKey(instance: "test", name: "one")
    private let two = RecordKey(instance: "test", name: "two")

    private func change(_ key: RecordKey, _ bytes: Int64?, student: String = "ada") -> Ledger.Change {
        Ledger.Change(volume: key, student: student, bytes: bytes)
    }

    /// Applies changes to what a ledger has and gives what is written; `nil` for what goes.
    private func written(
        _ changes: [Ledger.Change],
        entries: [String: LedgerEntry] = [:],
        totals: [String: StudentTotal] = [:]
    ) throws -> (entries: [String: LedgerEntry?], totals: [String: StudentTotal]) {
        var state = LedgerState(entries: entries, totals: totals)
        for change in changes { state.apply(change, at: 1000) }
        var result: (entries: [String: LedgerEntry?], totals: [String: StudentTotal]) = ([:], [:])
        for (key, value) in try state.encodedChanges() {
            if key.hasPrefix("v/") {
                result.entries.updateValue(try value.map { try LedgerEntry(decoding: $0) }, forKey: key)
            } else {
                result.totals[key] = try StudentTotal(decoding: #require(value))
            }
        }
        return result
    }

    private func entry(_ bytes: Int64, student: String = "ada") -> LedgerEntry {
        LedgerEntry(format: 1, student: student, bytes: bytes, countedAt: 1000)
    }

    @Test("A volume counts once, however often it is told")
    func repeats() throws {
        let new = try self.written([self.change(self.one, 10), self.change(self.one, 10)])
        #expect(new.entries == ["v/\(self.one.hex)": self.entry(10)])
        #expect(new.totals == ["s/ada": StudentTotal(format: 1, bytes: 10, volumes: 1, revision: 1)])
        let again = try self.written(
            [self.change(self.one, 10)],
            entries: ["v/\(self.one.hex)": self.entry(10)],
            totals: new.totals
        )
        #expect(again.entries.isEmpty && again.totals.isEmpty)
    }

    @Test("Other bytes correct the count, up and down; quotas stay as they are")
    func correction() throws {
        let before = StudentTotal(format: 1, bytes: 110, volumes: 2, quotaBytes: 500, quotaVolumes: 9, revision: 4)
        for (bytes, total) in [(Int64(25), Int64(125)), (4, 104)] {
            let after = try self.written(
                [self.change(self.one, bytes)],
                entries: ["v/\(self.one.hex)": self.entry(10)],
                totals: ["s/ada": before]
            )
            #expect(after.entries == ["v/\(self.one.hex)": self.entry(bytes)])
            let written = try #require(after.totals["s/ada"])
            #expect(written.bytes == total && written.volumes == 2, "\(written)")
            #expect(written.quotaBytes == 500 && written.quotaVolumes == 9 && written.revision > 4)
        }
    }

    @Test("A release takes out what was counted, from the student it was counted for")
    func release() throws {
        let after = try self.written(
            [self.change(self.one, nil, student: "grace")],
            entries: ["v/\(self.one.hex)": self.entry(10)],
            totals: ["s/ada": StudentTotal(format: 1, bytes: 10, volumes: 1, revision: 1)]
        )
        #expect(after.entries == ["v/\(self.one.hex)": nil])
        #expect(after.totals == ["s/ada": StudentTotal(format: 1, bytes: 0, volumes: 0, revision: 2)])
        let nothing = try self.written([self.change(self.two, nil)])
        #expect(nothing.entries.isEmpty && nothing.totals.isEmpty)
    }

    @Test("A volume that turns out to be another student's moves over")
    func move() throws {
        let after = try self.written(
            [self.change(self.one, 10, student: "grace")],
            entries: ["v/\(self.one.hex)": self.entry(10)],
            totals: ["s/ada": StudentTotal(format: 1, bytes: 10, volumes: 1)]
        )
        #expect(after.totals["s/ada"]?.bytes == 0 && after.totals["s/ada"]?.volumes == 0)
        #expect(after.totals["s/grace"]?.bytes == 10 && after.totals["s/grace"]?.volumes == 1)
    }

    @Test("Several in one batch add up; one made and released in it leaves no entry")
    func batch() throws {
        let after = try self.written([
            self.change(self.one, 10), self.change(self.two, 5), self.change(self.one, nil), self.change(self.two, 6),
        ])
        #expect(after.entries["v/\(self.two.hex)"] == self.entry(6))
        #expect(after.entries["v/\(self.one.hex)"] == .some(nil))
        #expect(after.totals["s/ada"]?.bytes == 6 && after.totals["s/ada"]?.volumes == 1)
    }

    @Test("A volume of nobody is counted, but has no total")
    func nobody() throws {
        let after = try self.written([self.change(self.one, 10, student: "")])
        #expect(after.entries == ["v/\(self.one.hex)": self.entry(10, student: "")])
        #expect(after.totals.isEmpty)
    }
}
