// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRados
package import SystemPackage

/// A call of librados or librbd that failed: which call, on which object, with which errno.
///
/// It is a fact and carries no policy: what an errno means depends on the operation, so the domain decides.
package struct CephError: Error, Sendable, Hashable {
    /// The C function's name, as Ceph's manual spells it: `rbd_create4`.
    package let call: String

    /// The errno the call returned (as a negative number; librados and librbd never set the thread's `errno`).
    package let code: Errno

    /// What the call was made on, for the person who reads the message: an object, an image, a pool, a monitor.
    package let object: String

    /// Describes a failed call.
    package init(call: String, code: Errno, object: String) {
        self.call = call
        self.code = code
        self.object = object
    }

    /// Describes a failed call by what it returned.
    ///
    /// - Parameters:
    ///   - result: what the call returned: a negative errno.
    package init(call: String, result: some FixedWidthInteger, object: String) {
        self.init(call: call, code: Errno(rawValue: CInt(truncatingIfNeeded: 0 - Int64(result))), object: object)
    }
}

extension CephError: CustomStringConvertible {
    package var description: String {
        let name = strerrorname_np(self.code.rawValue).map { String(cString: $0) } ?? "errno \(self.code.rawValue)"
        return "\(self.call)(\(self.object)): \(self.code) (\(name))"
    }
}

/// Throws a ``CephError`` if `result` is negative, and gives it back otherwise.
///
/// - Parameters:
///   - result: what a call of librados or librbd returned: a negative errno, or a success.
///   - call: the C function's name.
///   - object: what it was called on; asked for only on failure.
@discardableResult
package func check<Result: FixedWidthInteger & SignedInteger>(
    _ result: Result,
    _ call: String,
    _ object: @autoclosure () -> String
) throws(CephError) -> Result {
    guard result >= 0 else { throw CephError(call: call, result: result, object: object()) }
    return result
}
