// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// What is under way on a process' connections to the kernel's nbd, where its successor finds it: which requests were read
/// and not answered, with the data of writes, and how far each connection is read.
///
/// The kernel does not tell what it has sent to a server that died: on a new connection it sends that again only when its
/// timer comes round, seconds later. A successor that has the same sockets and this goes on at once. Memory that no more
/// than the requests in flight take; its file outlives the process if another one has it open.
///
/// `@unchecked Sendable`: the mapping is immutable; in it each link is its connection's and each slot its request's.
package final class NBDJournal: @unchecked Sendable {
    private static let magic: UInt64 = 0x4c4b_4e42_444a_0001
    private static let page = 4096
    private static let links = 1024
    private static let slots = 16384
    // A page that ends with the answer's header, and the data of a request of the usual size.
    static let slotRoom = page + NBDRequest.usualData
    private static let linkRoom = MemoryLayout<locker_journal_link>.stride
    private static let indexRoom: Int = {
        let bytes = page + links * linkRoom + slots * MemoryLayout<locker_journal_slot>.stride
        return (bytes + page - 1) / page * page
    }()

    private struct State {
        /// Places that were used before.
        var freeLinks: [UInt32] = []
        var freeSlots: [UInt32] = []
        /// A dead process' connections that nobody has gone on with yet.
        var left: [String: UInt32] = [:]
    }

    /// The file, open as long as this object lives.
    package let file: CInt
    /// A number that only this process and its successors know.
    let mark: UInt64
    private let index: UnsafeMutableRawPointer
    private let state = Mutex(State())

    /// Makes one.
    ///
    /// - Throws: ``HostError``.
    package convenience init() throws(HostError) {
        let file = try systemCall("memfd_create", "the nbd journal") { locker_memory_file("locker-nbd") }
        do throws(HostError) {
            let size = Self.indexRoom + Self.slots * Self.slotRoom
            try systemCall("ftruncate", "the nbd journal") { ftruncate(file, size) }
        } catch {
            _ = Glibc.close(file)
            throw error
        }
        var head = Self.head
        guard locker_random(&head.mark, 8) == 8 else {
            _ = Glibc.close(file)
            throw HostError(call: "getrandom", code: Errno(rawValue: errno), object: "the nbd journal")
        }
        try self.init(mapping: file, head)
    }

    /// Goes on with a dead process' one.
    ///
    /// - Parameter file: is this object's to close, also if it throws.
    /// - Throws: ``HostError`` with `EPROTO` if it is another version's.
    package convenience init(adopting file: CInt) throws(HostError) {
        try self.init(mapping: file, nil)
    }

    private init(mapping file: CInt, _ new: locker_journal_head?) throws(HostError) {
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size == Self.indexRoom + Self.slots * Self.slotRoom,
            let index = locker_map_file(file, 0, Self.indexRoom)
        else {
            let code = status.st_size == Self.indexRoom + Self.slots * Self.slotRoom ? errno : EPROTO
            _ = Glibc.close(file)
            throw HostError(call: "mmap", code: Errno(rawValue: code), object: "the nbd journal")
        }
        if let new { index.storeBytes(of: new, as: locker_journal_head.self) }
        let head = index.load(as: locker_journal_head.self)
        var expected = Self.head
        (expected.mark, expected.links_end, expected.slots_end) = (head.mark, head.links_end, head.slots_end)
        guard withUnsafeBytes(of: head, { found in withUnsafeBytes(of: expected, { found.elementsEqual($0) }) }),
            head.links_end <= head.links, head.slots_end <= head.slots
        else {
            _ = locker_unmap(index, Self.indexRoom)
            _ = Glibc.close(file)
            throw HostError(call: "mmap", code: Errno(rawValue: EPROTO), object: "the nbd journal")
        }
        self.file = file
        self.index = index
        self.mark = head.mark
        self.state.withLock { self.lookForLeft(&$0) }
    }

    /// Finds what a dead process has left.
    private func lookForLeft(_ state: inout State) {
        var named: [String: [UInt32]] = [:]
        for number in 0..<self.head.pointee.links_end {
            let memory = self.link(number)
            if memory.pointee.is_used == 0 {
                state.freeLinks.append(number)
            } else {
                named[String(cString: locker_journal_name(memory)), default: []].append(number)
            }
        }
        for (name, numbers) in named {
            if numbers.count == 1 {
                state.left[name] = numbers[0]
                continue
            }
            // Of several nobody knows which one the socket is of.
            for number in numbers { locker_journal_set(&self.link(number).pointee.is_used, 0) }
            state.freeLinks += numbers
        }
        for number in 0..<self.head.pointee.slots_end {
            let slot = self.slot(number)
            let isLeft =
                slot.pointee.state != LOCKER_SLOT_FREE && slot.pointee.link < self.head.pointee.links_end
                && self.link(slot.pointee.link).pointee.is_used != 0
            guard !isLeft else { continue }
            // Of a connection that ended, or of none.
            locker_journal_set(&slot.pointee.state, LOCKER_SLOT_FREE)
            _ = locker_journal_clear(self.file, Self.place(number), UInt64(Self.slotRoom))
            state.freeSlots.append(number)
        }
    }

    deinit {
        _ = locker_unmap(self.index, Self.indexRoom)
        _ = Glibc.close(self.file)
    }

    private var head: UnsafeMutablePointer<locker_journal_head> {
        self.index.assumingMemoryBound(to: locker_journal_head.self)
    }

    private static var head: locker_journal_head {
        locker_journal_head(
            magic: Self.magic,
            link_size: UInt32(Self.linkRoom),
            slot_size: UInt32(Self.slotRoom),
            links: UInt32(Self.links),
            slots: UInt32(Self.slots),
            mark: 0,
            links_end: 0,
            slots_end: 0
        )
    }

    // MARK: - Links

    private func link(_ number: UInt32) -> UnsafeMutablePointer<locker_journal_link> {
        (self.index + Self.page + Int(number) * Self.linkRoom).assumingMemoryBound(to: locker_journal_link.self)
    }

    /// A place for a new connection, instead of one of this name that a dead process has left; `nil` if there is none.
    func takeLink(named name: String) -> NBDLink? {
        self.takeLeftLink(named: name)?.dropSlots()
        guard name.utf8.count < Int(LOCKER_JOURNAL_NAME) else { return nil }
        let number = self.state.withLock { state -> UInt32? in
            if let number = state.freeLinks.popLast() { return number }
            let number = self.head.pointee.links_end
            guard number < UInt32(Self.links) else { return nil }
            locker_journal_set(&self.head.pointee.links_end, number + 1)
            return number
        }
        guard let number else { return nil }
        let memory = self.link(number)
        memset(memory, 0, Self.linkRoom)
        locker_journal_rename(memory, name)
        locker_journal_set(&memory.pointee.is_used, 1)
        return NBDLink(journal: self, number: number, memory: memory)
    }

    /// The place of a dead process' connection, once; `nil` if there is none of this name.
    func takeLeftLink(named name: String) -> NBDLink? {
        guard let number = self.state.withLock({ $0.left.removeValue(forKey: name) }) else { return nil }
        return NBDLink(journal: self, number: number, memory: self.link(number))
    }

    /// Lets go of what a dead process has left of connections that nobody goes on with.
    package func dropLeft(except isWanted: (String) -> Bool) {
        let names = self.state.withLock { $0.left.keys.filter { !isWanted($0) } }
        for name in names { self.takeLeftLink(named: name)?.dropSlots() }
    }

    /// Lets a place go; its requests have gone.
    func give(_ link: NBDLink) {
        locker_journal_set(&link.memory.pointee.is_used, 0)
        self.state.withLock { $0.freeLinks.append(link.number) }
    }

    // MARK: - Slots

    private func slot(_ number: UInt32) -> UnsafeMutablePointer<locker_journal_slot> {
        (self.index + Self.page + Self.links * Self.linkRoom).assumingMemoryBound(to: locker_journal_slot.self)
            + Int(number)
    }

    private static func place(_ number: UInt32) -> UInt64 {
        UInt64(Self.indexRoom) + UInt64(number) * UInt64(Self.slotRoom)
    }

    /// A place for a request; `nil` if there is none left.
    func takeSlot() -> NBDSlot? {
        let number = self.state.withLock { state -> UInt32? in
            if let number = state.freeSlots.popLast() { return number }
            let number = self.head.pointee.slots_end
            guard number < UInt32(Self.slots) else { return nil }
            locker_journal_set(&self.head.pointee.slots_end, number + 1)
            return number
        }
        guard let number else { return nil }
        guard let slot = self.mapped(number) else {
            self.state.withLock { $0.freeSlots.append(number) }
            return nil
        }
        return slot
    }

    /// The places of a dead process' requests of a connection.
    func leftSlots(of link: NBDLink) -> [UInt32] {
        (0..<self.head.pointee.slots_end).filter { number in
            let slot = self.slot(number).pointee
            return slot.state != LOCKER_SLOT_FREE && slot.link == link.number
        }
    }

    /// The place of a dead process' request.
    func mapped(_ number: UInt32) -> NBDSlot? {
        guard number < UInt32(Self.slots),
            let memory = locker_map_file(self.file, Self.place(number), Self.slotRoom)
        else { return nil }
        return NBDSlot(journal: self, number: number, entry: self.slot(number), memory: memory)
    }

    /// Takes a place back whose memory is not mapped any more.
    func give(slot number: UInt32) {
        locker_journal_set(&self.slot(number).pointee.state, LOCKER_SLOT_FREE)
        _ = locker_journal_clear(self.file, Self.place(number), UInt64(Self.slotRoom))
        self.state.withLock { $0.freeSlots.append(number) }
    }
}
