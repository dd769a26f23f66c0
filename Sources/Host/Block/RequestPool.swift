// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// A request whose memory is worth keeping for the next one.
protocol PooledRequest: AnyObject, Sendable {
    /// The most bytes of its memory that were ever in use: so many are real.
    var used: Int { get }
    /// Whether it is of the size that is kept.
    var isUsual: Bool { get }

    /// Lets what it came from go.
    func letGo()
}

extension PooledRequest {
    var isUsual: Bool { true }

    func letGo() {}
}

/// Requests that wait to be used again by anything that a process serves, the last one first: its memory is the likeliest
/// to be in the processor's cache. From any thread.
final class RequestPool<Request: PooledRequest>: Sendable {
    // How many are kept, and of those that have carried much data (whose memory is real) how many: 32 MiB.
    private let limit = 512
    private let largeLimit = 32
    private let large = 128 << 10

    private struct State {
        var free: [Request] = []
        var large = 0
    }

    private let state = Mutex(State())

    /// A request that was given back, if there is one.
    func take() -> Request? {
        self.state.withLock { state -> Request? in
            guard let request = state.free.popLast() else { return nil }
            if request.used > self.large { state.large -= 1 }
            return request
        }
    }

    /// Takes a request back that nobody uses any more.
    func give(_ request: Request) {
        request.letGo()
        guard request.isUsual else { return }
        self.state.withLock { state in
            guard state.free.count < self.limit else { return }
            if request.used > self.large {
                guard state.large < self.largeLimit else { return }
                state.large += 1
            }
            state.free.append(request)
        }
    }
}
