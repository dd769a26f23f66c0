// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import RBD
internal import Synchronization

/// An open image as what the kernel reads and writes: every request is passed to librbd and answered from its
/// callback.
final class ServedImage: BlockBackend {
    /// The image.
    let image: LiveImage

    private let bytes: Atomic<UInt64>
    private let ledger = Mutex(IOLedger())
    private let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])

    /// Where librbd encrypts it makes writes of a discard, even where nothing was written before: a trim of what is free
    /// would fill the pool. See: CryptoObjectDispatch.cc in Ceph.
    let takesDiscards: Bool

    /// Serves an image that has `size` bytes.
    init(_ image: LiveImage, size: UInt64, isEncrypted: Bool) {
        self.image = image
        self.takesDiscards = !isEncrypted
        self.bytes = Atomic(size)
    }

    /// Bytes; set when the image's size has changed.
    var size: UInt64 {
        get { self.bytes.load(ordering: .relaxed) }
        set { self.bytes.store(newValue, ordering: .relaxed) }
    }

    var isReadOnly: Bool { self.image.isReadOnly }

    func perform(_ request: any BlockRequest) {
        let now = Self.now()
        let place = self.ledger.withLock { $0.begin(now) }
        switch request.operation {
        case .read:
            self.image.read(offset: request.offset, into: request.data, count: Int(request.count)) { result in
                self.end(place, request, result)
            }
        case .write:
            self.image.write(offset: request.offset, from: request.data, count: Int(request.count)) { result in
                self.end(place, request, result)
            }
        case .zero:
            // Not rbd_aio_discard, which skips what is smaller than an object's granule and so leaves old data to read.
            self.image.writeZeroes(offset: request.offset, count: Int(request.count)) { result in
                self.end(place, request, result)
            }
        case .discard where !self.takesDiscards:
            // From before the device stopped offering it; nobody may rely on a discard.
            self.end(place, request, 0)
        case .discard:
            self.image.discard(offset: request.offset, count: request.count) { result in
                self.end(place, request, result)
            }
        case .flush:
            self.image.flush { result in self.end(place, request, result) }
        }
    }

    /// Waits until no request is in flight; the caller has seen to it that no more come.
    func drained() async {
        await withCheckedContinuation { continuation in
            self.waiters.withLock { $0.append(continuation) }
            self.resumeIfDrained()
        }
    }

    /// What was done.
    var counters: IOCounters { self.ledger.withLock { $0.counters } }

    /// How long the oldest unanswered request has waited; zero if there is none.
    var oldestRequest: Duration {
        let now = Self.now()
        let start = self.ledger.withLock { $0.oldestStart }
        return start.map { .nanoseconds(Int64(now - min($0, now))) } ?? .zero
    }

    /// What is wrong, in words; empty while all is well.
    var trouble: String {
        if let failure = self.ledger.withLock({ $0.failure }) {
            return TroubleWords.words(for: failure.code, failure.operation)
        }
        let oldest = self.oldestRequest
        return oldest > TroubleWords.patience ? TroubleWords.words(waiting: oldest) : ""
    }

    private func end(_ place: Int, _ request: any BlockRequest, _ result: Int) {
        let (operation, bytes) = (request.operation, request.count)
        // Counted first: whoever has the answer may look at the counters.
        let isLast = self.ledger.withLock { ledger in
            ledger.end(place, operation, bytes: bytes, result: result)
            return ledger.inFlight == 0
        }
        request.finish(result)
        if isLast { self.resumeIfDrained() }
    }

    private func resumeIfDrained() {
        let waiters = self.waiters.withLock { waiters -> [CheckedContinuation<Void, Never>] in
            guard !waiters.isEmpty, self.ledger.withLock({ $0.inFlight == 0 }) else { return [] }
            defer { waiters = [] }
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
