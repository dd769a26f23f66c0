// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc

/// A connection's place in the journal: how far it is read, and whether answers are on their way out.
///
/// Without room in a journal it is memory of the process' own, and no successor goes on with the connection.
///
/// `@unchecked Sendable`: the reading is the reading thread's, `is_sending` the sending one's; `loose` is counted in one
/// step.
final class NBDLink: @unchecked Sendable {
    let number: UInt32
    let memory: UnsafeMutablePointer<locker_journal_link>
    private let journal: NBDJournal?

    init(journal: NBDJournal, number: UInt32, memory: UnsafeMutablePointer<locker_journal_link>) {
        self.journal = journal
        self.number = number
        self.memory = memory
    }

    /// One that nobody goes on with.
    init() {
        self.journal = nil
        self.number = .max
        self.memory = .allocate(capacity: 1)
        memset(self.memory, 0, MemoryLayout<locker_journal_link>.size)
    }

    deinit {
        if let journal { return journal.give(self) }
        self.memory.deallocate()
    }

    /// Whether a successor finds it.
    var isKept: Bool { self.journal != nil }

    /// The number that lies where bytes are about to be read to.
    var mark: UInt64 { self.journal?.mark ?? 0 }

    /// How far it is read.
    var reading: locker_journal_reading {
        get { locker_journal_reading(self.memory) }
        set { locker_journal_read(self.memory, newValue) }
    }

    /// One of the two places that bytes are read to.
    func staging(_ which: UInt32) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(locker_journal_staging(self.memory, which))
    }

    /// Whether answers may be on their way out.
    var isSending: Bool {
        get { self.memory.pointee.is_sending != 0 }
        set { locker_journal_set(&self.memory.pointee.is_sending, newValue ? 1 : 0) }
    }

    /// How many requests have no place in the journal.
    var loose: UInt32 { locker_journal_get(&self.memory.pointee.loose) }

    /// Counts a request that has no place in the journal.
    func addLoose(_ number: Int32) {
        locker_journal_add(&self.memory.pointee.loose, number)
    }

    /// The places of the requests that a dead process has left of it.
    var leftSlots: [UInt32] { self.journal?.leftSlots(of: self) ?? [] }

    /// One of them, mapped.
    func slot(_ number: UInt32) -> NBDSlot? { self.journal?.mapped(number) }

    /// Lets all of them go.
    func dropSlots() {
        for number in self.leftSlots { self.journal?.give(slot: number) }
    }
}
