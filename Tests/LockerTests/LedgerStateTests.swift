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
    private let three = RecordKey(instance: "test", name: "three")

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
        for change in changes { #expect(state.apply(change, at: 1000) == nil) }
        var result: (entries: [String: LedgerEntry?], totals: [String: StudentTotal]) = ([:], [:])
        for (key, value) in try state.encodedChanges() {
            if key.hasPrefix("v/") {
                result.entries.updateValue(try value.map { try LedgerEntry(decoding: $0) }, forKey: key)
            } else if key.hasPrefix("s/") {
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

    /// The course's total after changes of which all fit.
    private func course(after changes: [Ledger.Change], state: LedgerState) throws -> CourseTotal? {
        var state = state
        for change in changes { #expect(state.apply(change, at: 1000) == nil) }
        return try state.encodedChanges()["c"].flatMap { try $0.map { try CourseTotal(decoding: $0) } }
    }

    @Test("The course's total has what all students have, and volumes of nobody, and the quota that was stated last")
    func courseTotal() throws {
        let quota = Quota(student: QuotaBounds(bytes: 50, volumes: 5), course: QuotaBounds(bytes: 100))
        var stated = self.change(self.one, 10)
        stated.quota = quota
        let total = try self.course(
            after: [stated, self.change(self.two, 5, student: "grace"), self.change(self.three, 2, student: "")],
            state: LedgerState()
        )
        #expect(total?.bytes == 17 && total?.volumes == 3 && total?.quota == quota)
        let less = try self.course(
            after: [self.change(self.one, nil), self.change(self.two, nil)],
            state: LedgerState(
                entries: ["v/\(self.one.hex)": self.entry(10)],
                course: CourseTotal(format: 1, bytes: 17, volumes: 3, revision: 7)
            )
        )
        #expect(less?.bytes == 7 && less?.volumes == 2 && less?.revision == 8)
        // A class without quotas says so too; a change of no class says nothing.
        stated.quota = Quota.none
        let none = try self.course(after: [stated], state: LedgerState(course: try #require(total)))
        #expect(none?.quota == Quota.none)
        let kept = try self.course(after: [self.change(self.one, 3)], state: LedgerState(course: try #require(total)))
        #expect(kept?.quota == quota)
    }

    /// What of some changes does not fit a student's bounds, and those of the course.
    private func refused(
        _ changes: [Ledger.Change],
        student: QuotaBounds = .none,
        course: QuotaBounds = .none,
        before: LedgerState? = nil
    ) -> [QuotaExcess?] {
        var state = before ?? LedgerState()
        return changes.map { change in
            var change = change
            change.quota = Quota(student: student, course: course)
            return state.apply(change, at: 1000)
        }
    }

    @Test("In a batch each that does not fit is refused, and the others go through")
    func partly() throws {
        let bytes = self.refused(
            [self.change(self.one, 6), self.change(self.two, 5), self.change(self.three, 4)],
            student: QuotaBounds(bytes: 10)
        )
        #expect(
            bytes == [
                nil,
                QuotaExcess(owner: .student, unit: .bytes, student: "ada", has: 6, wants: 5, most: 10), nil,
            ]
        )
        let volumes = self.refused(
            [self.change(self.one, 6), self.change(self.two, 5), self.change(self.two, 5, student: "grace")],
            student: QuotaBounds(volumes: 1)
        )
        #expect(
            volumes == [
                nil,
                QuotaExcess(owner: .student, unit: .volumes, student: "ada", has: 1, wants: 1, most: 1), nil,
            ]
        )
        let course = self.refused(
            [self.change(self.one, 6), self.change(self.two, 5, student: "grace"), self.change(self.three, 4)],
            course: QuotaBounds(bytes: 10, volumes: 2)
        )
        #expect(
            course == [
                nil,
                QuotaExcess(owner: .course, unit: .bytes, student: "grace", has: 6, wants: 5, most: 10), nil,
            ]
        )
    }

    @Test("What a volume counts for already is never refused, only what it grows by; less always fits")
    func growth() throws {
        // Far over the quota, as after it was lowered.
        func state() -> LedgerState {
            LedgerState(
                entries: ["v/\(self.one.hex)": self.entry(60), "v/\(self.two.hex)": self.entry(40)],
                totals: ["s/ada": StudentTotal(format: 1, bytes: 100, volumes: 2)],
                course: CourseTotal(format: 1, bytes: 100, volumes: 2)
            )
        }
        let bounds = QuotaBounds(bytes: 10, volumes: 1)
        for (bytes, fits) in [(Int64(60), true), (59, true), (61, false), (1, true)] {
            let refusal = self.refused([self.change(self.one, bytes)], student: bounds, course: bounds, before: state())
            #expect((refusal == [nil]) == fits, "\(bytes)")
        }
        // Exactly up to the quota, and not one byte more.
        let room = QuotaBounds(bytes: 110, volumes: 2)
        #expect(self.refused([self.change(self.one, 70)], student: room, course: room, before: state()) == [nil])
        #expect(
            self.refused([self.change(self.one, 71)], student: room, before: state()) == [
                QuotaExcess(owner: .student, unit: .bytes, student: "ada", has: 100, wants: 11, most: 110)
            ]
        )
        // Released and made anew in one batch.
        let again = self.refused(
            [self.change(self.one, nil), self.change(self.one, 70)],
            student: room,
            course: room,
            before: state()
        )
        #expect(again == [nil, nil])
    }

    @Test("An exception counts instead of the class, in bytes and volumes apart, for more and for less")
    func exceptions() throws {
        func state(_ exceptions: [String: QuotaException]) -> LedgerState { LedgerState(exceptions: exceptions) }
        func bound(_ most: Int64) -> QuotaException.Bound { QuotaException.Bound(most: most) }
        let bounds = QuotaBounds(bytes: 10, volumes: 1)
        let more = state(["q/ada": QuotaException(format: 1, bytes: bound(20))])
        #expect(self.refused([self.change(self.one, 20)], student: bounds, before: more) == [nil])
        // The number of volumes is still the class'.
        let second = self.refused([self.change(self.one, 5), self.change(self.two, 5)], student: bounds, before: more)
        #expect(second.last??.unit == .volumes)
        let nothing = state(["q/ada": QuotaException(format: 1, bytes: bound(0))])
        #expect(self.refused([self.change(self.one, 1)], before: nothing).first??.most == 0)
        #expect(self.refused([self.change(self.one, 1, student: "grace")], before: nothing) == [nil])
        let course = state(["q": QuotaException(format: 1, volumes: bound(1))])
        let both = self.refused(
            [self.change(self.one, 1), self.change(self.two, 1, student: "grace")],
            course: QuotaBounds(volumes: 9),
            before: course
        )
        #expect(both.last??.owner == .course && both.last??.most == 1)
    }

    @Test("A correction of what is not counted counts nothing")
    func correctionOfNothing() throws {
        var change = self.change(self.one, 10)
        change.isCorrection = true
        let nothing = try self.written([change])
        #expect(nothing.entries.isEmpty && nothing.totals.isEmpty)
    }

    @Test("The message has who, what there is, what is wanted, what may be, and what to do")
    func message() {
        let student = QuotaExcess(
            owner: .student,
            unit: .bytes,
            student: "ada",
            has: 18 << 30,
            wants: 5 << 30,
            most: 20 << 30
        )
        let error = student.error(course: "algorithms")
        #expect(error.code == .resourceExhausted)
        #expect(
            error.message == "student \"ada\" of course \"algorithms\" has 18 GiB (19327352832 bytes), wants 5 GiB"
                + " (5368709120 bytes) more and may have 20 GiB (21474836480 bytes): delete a volume that is not needed"
                + " any more, or let the lecturer allow more: lockerctl quota set --course algorithms --student ada"
                + " --bytes 23Gi"
        )
        let course = QuotaExcess(owner: .course, unit: .volumes, student: "ada", has: 30, wants: 1, most: 30)
        #expect(
            course.error(course: "algorithms").message == "course \"algorithms\" has 30 volumes, student \"ada\" wants"
                + " 1 volume more, and the course may have 30 volumes: delete volumes that are not needed any more, or"
                + " let the lecturer allow more: lockerctl quota set --course algorithms --volumes 31"
        )
    }
}
