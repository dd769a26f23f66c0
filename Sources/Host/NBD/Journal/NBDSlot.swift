// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc

/// A request's place in the journal: its memory, and what a successor has to know of it.
///
/// It belongs to one request at a time, which is used by one thread at a time.
struct NBDSlot {
    let journal: NBDJournal
    let number: UInt32
    let entry: UnsafeMutablePointer<locker_journal_slot>
    /// A page and room for the data of a request of the usual size.
    let memory: UnsafeMutableRawPointer

    /// Whether all of the request has come, and not all of its answer is sent.
    var isPending: Bool { self.entry.pointee.state == LOCKER_SLOT_PENDING }

    /// How much of the answer is sent.
    var sent: Int { Int(self.entry.pointee.sent) }

    /// Writes a request down.
    func begin(_ header: NBDHeader, of link: NBDLink, isWhole: Bool) {
        self.entry.pointee.link = link.number
        self.entry.pointee.handle = header.handle
        self.entry.pointee.offset = header.offset
        self.entry.pointee.count = header.count
        self.entry.pointee.command = header.command
        self.entry.pointee.sent = 0
        self.entry.pointee.answer = 0
        self.set(isWhole ? LOCKER_SLOT_PENDING : LOCKER_SLOT_COLLECTING)
    }

    /// Its data have all come.
    func complete() {
        self.set(LOCKER_SLOT_PENDING)
    }

    /// Part of its answer is sent.
    func note(sent: Int, of answer: Int) {
        self.entry.pointee.answer = UInt32(answer)
        self.entry.pointee.sent = UInt32(sent)
    }

    /// It is answered, or will not be.
    func free() {
        self.set(LOCKER_SLOT_FREE)
    }

    /// Gives the place back; the memory is not to be used any more.
    func giveBack() {
        _ = locker_unmap(self.memory, NBDJournal.slotRoom)
        self.journal.give(slot: self.number)
    }

    private func set(_ state: UInt32) {
        locker_journal_set(&self.entry.pointee.state, state)
    }
}
