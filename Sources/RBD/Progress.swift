// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD

/// Makes a call of librbd that reports its progress.
///
/// The call is synchronous, so what it is lent need not outlive it. librbd may report from another of its threads,
/// hence `@Sendable`. What a report returns does not reliably stop a call, so nothing is offered for that.
func withProgress<Result>(
    _ report: (@Sendable (UInt64, UInt64) -> Void)?,
    _ call: (librbd_progress_fn_t, UnsafeMutableRawPointer?) -> Result
) -> Result {
    let box = ProgressBox(report: report ?? { _, _ in })
    return withExtendedLifetime(box) {
        call(progressed, Unmanaged.passUnretained(box).toOpaque())
    }
}

private final class ProgressBox: Sendable {
    let report: @Sendable (UInt64, UInt64) -> Void

    init(report: @escaping @Sendable (UInt64, UInt64) -> Void) {
        self.report = report
    }
}

private func progressed(_ done: UInt64, _ total: UInt64, _ context: UnsafeMutableRawPointer?) -> CInt {
    guard let context else { return 0 }
    Unmanaged<ProgressBox>.fromOpaque(context).takeUnretainedValue().report(done, total)
    return 0
}
