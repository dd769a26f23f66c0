// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Dispatch
internal import Glibc

/// Tells a stream of Ctrl-C.
///
/// `@unchecked Sendable`: the source is set up before anybody else has it, and cancelling it is safe from any thread.
final class SignalWatch: @unchecked Sendable {
    private let source: any DispatchSourceSignal

    init(_ continuation: AsyncStream<Void>.Continuation) {
        self.source = DispatchSource.makeSignalSource(signal: SIGINT)
        self.source.setEventHandler { continuation.yield() }
        self.source.resume()
    }

    /// Stops telling.
    func cancel() {
        self.source.cancel()
    }
}
