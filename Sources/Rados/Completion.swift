// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
internal import Synchronization

/// Where a callback on a library's thread and a waiting task meet, whichever comes first.
///
/// The callback owns one reference until it has run. It never blocks and resumes the task outside the lock.
package final class CompletionBox: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Int, Never>)
        case finished(Int)
        case drained

        /// Takes the call's result: the continuation to resume with it, if a task waits already.
        mutating func finish(_ result: Int) -> CheckedContinuation<Int, Never>? {
            switch self {
            case .idle:
                self = .finished(result)
                return nil
            case .waiting(let continuation):
                self = .drained
                return continuation
            case .finished, .drained:
                preconditionFailure("a completion came twice")
            }
        }

        /// Takes the waiting task: the result to resume it with, if the call is done already.
        mutating func wait(_ continuation: CheckedContinuation<Int, Never>) -> Int? {
            switch self {
            case .idle:
                self = .waiting(continuation)
                return nil
            case .finished(let result):
                self = .drained
                return result
            case .waiting, .drained:
                preconditionFailure("a completion is waited for twice")
            }
        }
    }

    private let state = Mutex(State.idle)

    /// A box for one call.
    package init() {}

    /// Hands over the call's result: a negative errno, or a success.
    ///
    /// Called once, by the library's callback.
    package func finish(_ result: Int) {
        self.state.withLock { $0.finish(result) }?.resume(returning: result)
    }

    /// Waits for the result.
    ///
    /// It ends when the call does, whether or not the task is cancelled: the call's memory is lent until then, and a
    /// mutation's outcome must be known.
    package func result() async -> Int {
        await withCheckedContinuation { continuation in
            if let result = self.state.withLock({ $0.wait(continuation) }) {
                continuation.resume(returning: result)
            }
        }
    }
}

/// Calls one of librados' asynchronous functions and waits for its completion.
///
/// - Parameters:
///   - call: the C function's name.
///   - object: what it is called on.
///   - submit: the call itself, made before this task is suspended, so that a refusal is thrown plainly. Memory lent
///     to it must live until this function returns.
/// - Returns: the completion's return value, which is not negative.
@discardableResult
func radosCall(
    _ call: String,
    on object: String,
    submit: (rados_completion_t) -> CInt
) async throws(CephError) -> Int {
    let box = CompletionBox()
    let context = Unmanaged.passRetained(box)  // the callback's reference, or ours if no callback will come
    var raw: rados_completion_t?
    let created = rados_aio_create_completion2(context.toOpaque(), radosCompleted, &raw)
    guard created == 0, let completion = raw else {
        context.release()
        throw CephError(call: "rados_aio_create_completion2", result: created, object: object)
    }
    let submitted = submit(completion)
    // Only our reference to the completion: librados has its own while the call runs.
    rados_aio_release(completion)
    guard submitted >= 0 else {
        context.release()
        throw CephError(call: call, result: submitted, object: object)
    }
    return try check(await box.result(), call, object)
}

/// librados' callback, on a thread of librados: hands the value over and returns.
private func radosCompleted(_ completion: rados_completion_t?, _ context: UnsafeMutableRawPointer?) {
    guard let completion, let context else { return }
    let box = Unmanaged<CompletionBox>.fromOpaque(context).takeRetainedValue()
    box.finish(Int(rados_aio_get_return_value(completion)))
}
