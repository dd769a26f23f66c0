// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Glibc
internal import Host
internal import Synchronization

/// Memory as what is behind a device.
///
/// `@unchecked Sendable`: the memory is as unguarded as a disk's content is; who writes and reads the same bytes at once
/// gets what it gets.
final class MemoryBackend: BlockBackend, @unchecked Sendable {
    /// When requests are finished.
    enum Order {
        /// Before `perform` returns.
        case atOnce
        /// On other threads, in any order.
        case shuffled
        /// When they are let go by ``MemoryBackend/release()``.
        case held
    }

    /// What waits for ``release()``, and whether what comes joins it.
    private struct Held {
        var isHolding: Bool
        var requests: [any BlockRequest] = []
    }

    let memory: UnsafeMutableRawBufferPointer
    let isReadOnly: Bool
    /// What every request is answered with instead of being done, if it is not zero: a negative errno, or for reads how
    /// many bytes there are.
    let answer = Atomic(0)

    private let order: Order
    private let bytes: Atomic<UInt64>
    private let waiting = Mutex<[any BlockRequest]>([])
    private let held: Mutex<Held>
    private let counts = Mutex<[BlockOperation: Int]>([:])
    private let unfinished = Atomic(0)
    private let threads = DispatchQueue(label: "memory backend", attributes: .concurrent)

    /// Memory of so many bytes, of which `size` are shown.
    init(size: Int, capacity: Int? = nil, order: Order = .atOnce, isReadOnly: Bool = false) {
        // Fresh pages of the kernel's: what nobody touches takes nothing.
        let count = capacity ?? size
        let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        self.memory = UnsafeMutableRawBufferPointer(start: start, count: count)
        self.bytes = Atomic(UInt64(size))
        self.order = order
        self.held = Mutex(Held(isHolding: order == .held))
        self.isReadOnly = isReadOnly
    }

    deinit {
        munmap(self.memory.baseAddress, self.memory.count)
    }

    var size: UInt64 {
        get { self.bytes.load(ordering: .relaxed) }
        set { self.bytes.store(newValue, ordering: .relaxed) }
    }

    /// Whether these bytes are at a place.
    func holds(_ bytes: [UInt8], at offset: Int) -> Bool {
        bytes.withUnsafeBytes { memcmp($0.baseAddress!, self.memory.baseAddress! + offset, $0.count) == 0 }
    }

    /// How many requests of a kind it was handed.
    func count(_ operation: BlockOperation) -> Int {
        self.counts.withLock { $0[operation] ?? 0 }
    }

    /// How many requests it was handed.
    var count: Int { self.counts.withLock { $0.values.reduce(0, +) } }

    /// How many requests it has not finished.
    var inFlight: Int { self.unfinished.load(ordering: .acquiring) }

    /// Holds what comes until ``release()``, whatever the order.
    func hold() {
        self.held.withLock { $0.isHolding = true }
    }

    /// Does and finishes what is held, the last first.
    func release() {
        let requests = self.held.withLock { held in
            defer { held = Held(isHolding: self.order == .held) }
            return held.requests
        }
        for request in requests.reversed() { self.finish(request) }
    }

    func perform(_ request: any BlockRequest) {
        self.counts.withLock { $0[request.operation, default: 0] += 1 }
        self.unfinished.add(1, ordering: .acquiringAndReleasing)
        let isHeld = self.held.withLock { held in
            if held.isHolding { held.requests.append(request) }
            return held.isHolding
        }
        guard !isHeld else { return }
        switch self.order {
        case .atOnce, .held:
            self.finish(request)
        case .shuffled:
            self.waiting.withLock { $0.append(request) }
            self.threads.async {
                self.finish(self.waiting.withLock { $0.remove(at: Int.random(in: $0.indices)) })
            }
        }
    }

    private func finish(_ request: any BlockRequest) {
        let answer = self.answer.load(ordering: .relaxed)
        if answer == 0 { self.carryOut(request) }
        let count = request.operation == .read ? Int(request.count) : 0
        // Before: whoever has the answer may look at the count.
        self.unfinished.subtract(1, ordering: .acquiringAndReleasing)
        request.finish(answer == 0 ? count : answer)
    }

    private func carryOut(_ request: any BlockRequest) {
        let place = self.memory.baseAddress! + Int(request.offset)
        let count = Int(request.count)
        switch request.operation {
        case .read: memcpy(request.data, place, count)
        case .write: memcpy(place, request.data, count)
        case .zero, .discard: memset(place, 0, count)
        case .flush: break
        }
    }
}
