// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD

/// Makes a call of librbd that reports its progress.
///
/// The call is synchronous, so what it is lent need not outlive it. librbd may report from another of its threads,
/// hence `@Sendable`. Not every call is stopped by what a report returns, so nothing is offered for that here.
func withProgress<Result>(
    _ report: (@Sendable (UInt64, UInt64) -> Void)?,
    _ call: (librbd_progress_fn_t, UnsafeMutableRawPointer?) -> Result
) -> Result {
    withDecidingProgress(
        { done, total in
            report?(done, total)
            return 0
        },
        call
    )
}

/// The same of a call that ends with the first negative errno that a report returns.
func withDecidingProgress<Result>(
    _ report: @escaping @Sendable (UInt64, UInt64) -> CInt,
    _ call: (librbd_progress_fn_t, UnsafeMutableRawPointer?) -> Result
) -> Result {
    let box = ProgressBox(report: report)
    return withExtendedLifetime(box) {
        call(progressed, Unmanaged.passUnretained(box).toOpaque())
    }
}

private final class ProgressBox: Sendable {
    let report: @Sendable (UInt64, UInt64) -> CInt

    init(report: @escaping @Sendable (UInt64, UInt64) -> CInt) {
        self.report = report
    }
}

private func progressed(_ done: UInt64, _ total: UInt64, _ context: UnsafeMutableRawPointer?) -> CInt {
    guard let context else { return 0 }
    return Unmanaged<ProgressBox>.fromOpaque(context).takeUnretainedValue().report(done, total)
}
