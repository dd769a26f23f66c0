// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import SystemPackage
internal import Testing

@testable internal import BlockMap

/// The numbers and the trouble of a volume.
@Suite struct IOLedgerTests {
    @Test("The ledger counts what ended and knows what waits")
    func ledger() {
        var ledger = IOLedger()
        let (read, write) = (ledger.begin(100), ledger.begin(200))
        #expect(ledger.inFlight == 2 && ledger.oldestStart == 100)
        ledger.end(read, .read, bytes: 4096, result: 4096)
        #expect(ledger.oldestStart == 200)
        ledger.end(write, .write, bytes: 512, result: -110)
        #expect(ledger.failure?.code.rawValue == 110 && ledger.counters.errors == 1)
        // A read that works says nothing of writes; a write does.
        ledger.end(ledger.begin(300), .read, bytes: 1, result: 1)
        #expect(ledger.failure != nil)
        ledger.end(ledger.begin(400), .write, bytes: 512, result: 0)
        #expect(ledger.failure == nil)
        // Fenced is for ever.
        ledger.end(ledger.begin(500), .flush, bytes: 0, result: -108)
        ledger.end(ledger.begin(600), .flush, bytes: 0, result: 0)
        #expect(ledger.failure?.code.rawValue == 108)
        #expect(ledger.inFlight == 0 && ledger.oldestStart == nil)
        let counters = IOCounters(
            reads: 2,
            readBytes: 4097,
            writes: 1,
            writtenBytes: 512,
            discards: 0,
            flushes: 1,
            errors: 2
        )
        #expect(ledger.counters == counters)
    }
}
