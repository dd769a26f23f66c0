// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import SystemPackage

/// Makes a system call that answers -1 on failure: the one place of this room that reads `errno`.
///
/// - Parameters:
///   - call: its name, as its manual page spells it.
///   - object: what it is made on; asked for only on failure.
///   - retryOnInterrupt: whether a call cut short by a signal is made again. Not for `close`.
///   - body: the call.
/// - Returns: what the call answered: zero or more.
/// - Throws: ``HostError`` with the call's errno.
@discardableResult
package func systemCall<Result: SignedInteger & FixedWidthInteger>(
    _ call: String,
    _ object: @autoclosure () -> String,
    retryOnInterrupt: Bool = true,
    _ body: () -> Result
) throws(HostError) -> Result {
    while true {
        let result = body()
        guard result == -1 else { return result }
        let code = Errno(rawValue: errno)
        guard retryOnInterrupt, code == .interrupted else {
            throw HostError(call: call, code: code, object: object())
        }
    }
}
