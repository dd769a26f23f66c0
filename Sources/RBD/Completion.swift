// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD

/// What to call when one asynchronous call of librbd is done; one small object for each I/O, and nothing else.
private final class IOCallback: Sendable {
    let body: @Sendable (Int) -> Void

    init(_ body: @escaping @Sendable (Int) -> Void) {
        self.body = body
    }
}

/// Submits an asynchronous call of librbd.
///
/// - Parameters:
///   - body: called once with the call's result: a negative errno, or a success. On a thread of librbd that carries
///     all callbacks of the image one after another, so it must not block; on this thread, before the function
///     returns, if librbd refused the call.
///   - submit: the call.
@inline(__always)
func submit(_ body: @escaping @Sendable (Int) -> Void, _ submit: (rbd_completion_t) -> CInt) {
    let context = Unmanaged.passRetained(IOCallback(body))  // the callback's reference, or ours on a refusal
    var raw: rbd_completion_t?
    let created = rbd_aio_create_completion(context.toOpaque(), ioCompleted, &raw)
    guard created == 0, let completion = raw else {
        context.release()
        return body(Int(created))
    }
    // From here on the callback may already have run and have released our reference to the completion: librbd keeps
    // one of its own while the call runs, and the completion is not touched here again unless the call was refused.
    let submitted = submit(completion)
    guard submitted >= 0 else {
        rbd_aio_release(completion)
        context.release()
        return body(Int(submitted))
    }
}

/// librbd's callback: takes the value, lets go of the completion and hands over.
private func ioCompleted(_ completion: rbd_completion_t?, _ context: UnsafeMutableRawPointer?) {
    guard let completion, let context else { return }
    let callback = Unmanaged<IOCallback>.fromOpaque(context).takeRetainedValue()
    let result = rbd_aio_get_return_value(completion)
    rbd_aio_release(completion)
    callback.body(result)
}
