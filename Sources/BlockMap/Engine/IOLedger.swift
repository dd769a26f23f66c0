// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import SystemPackage

/// What a volume's requests came to, and which are in flight.
///
/// Not Sendable by itself: behind a lock that is held for a few instructions, twice a request.
struct IOLedger {
    /// What was done.
    private(set) var counters = IOCounters()
    /// How many requests are unanswered.
    private(set) var inFlight = 0
    /// The latest failure, until a request of the same kind succeeds; being fenced is for ever.
    private(set) var failure: (operation: BlockOperation, code: Errno)?

    // When each request in flight began, in nanoseconds; zero for a place that is free.
    private var starts: [UInt64] = []
    private var free: [Int] = []

    /// Enters a request.
    ///
    /// - Parameter now: nanoseconds of any clock that only goes forward; not zero.
    /// - Returns: its place, for ``end(_:_:bytes:result:)``.
    mutating func begin(_ now: UInt64) -> Int {
        self.inFlight += 1
        if let place = self.free.popLast() {
            self.starts[place] = now
            return place
        }
        self.starts.append(now)
        return self.starts.count - 1
    }

    /// Counts a request that is done.
    mutating func end(_ place: Int, _ operation: BlockOperation, bytes: UInt64, result: Int) {
        self.inFlight -= 1
        self.starts[place] = 0
        self.free.append(place)
        guard result >= 0 else {
            self.counters.errors += 1
            if !self.isFenced { self.failure = (operation, Errno(rawValue: CInt(clamping: -result))) }
            return
        }
        if let failure, failure.operation == operation, !self.isFenced { self.failure = nil }
        switch operation {
        case .read:
            self.counters.reads += 1
            self.counters.readBytes += UInt64(result)
        case .write:
            self.counters.writes += 1
            self.counters.writtenBytes += bytes
        case .zero, .discard: self.counters.discards += 1
        case .flush: self.counters.flushes += 1
        }
    }

    /// When the oldest request in flight began; `nil` if there is none.
    var oldestStart: UInt64? {
        self.starts.lazy.filter { $0 != 0 }.min()
    }

    private var isFenced: Bool {
        self.failure.map { TroubleWords.isFenced($0.code) } ?? false
    }
}
