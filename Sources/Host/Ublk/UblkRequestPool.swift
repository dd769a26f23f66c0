// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// Requests that wait to be used again by any device of a process, the last one first: its memory is the likeliest to be
/// in the processor's cache.
final class UblkRequestPool: Sendable {
    // How many are kept, and of those that have carried much data (whose memory is real) how many: 32 MiB.
    private static let limit = 512
    private static let largeLimit = 32
    private static let large = 128 << 10

    private struct State {
        var free: [UblkRequest] = []
        var large = 0
    }

    private let state = Mutex(State())

    /// A request.
    func take() -> UblkRequest {
        let request = self.state.withLock { state -> UblkRequest? in
            guard let request = state.free.popLast() else { return nil }
            if request.used > Self.large { state.large -= 1 }
            return request
        }
        return request ?? UblkRequest()
    }

    /// Takes a request back that nobody uses any more; its queue is let go.
    func give(_ request: UblkRequest) {
        request.queue = nil
        self.state.withLock { state in
            guard state.free.count < Self.limit else { return }
            if request.used > Self.large {
                guard state.large < Self.largeLimit else { return }
                state.large += 1
            }
            state.free.append(request)
        }
    }
}
