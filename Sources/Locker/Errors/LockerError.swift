// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Why Locker refused or could not finish what it was asked.
///
/// The message says what failed, on which object, and what to do; it never holds a secret. The gRPC status is made of
/// it in one place, in `Driver`.
package struct LockerError: Error, Sendable {
    /// What kind of failure it is, by the names of gRPC's status codes, which the CSI specification uses.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidArgument, notFound, alreadyExists, permissionDenied, unauthenticated, resourceExhausted
            case failedPrecondition, aborted, outOfRange, unavailable, `internal`
        }

        private let value: Value

        package static let invalidArgument = Code(value: .invalidArgument)
        package static let notFound = Code(value: .notFound)
        package static let alreadyExists = Code(value: .alreadyExists)
        package static let permissionDenied = Code(value: .permissionDenied)
        package static let unauthenticated = Code(value: .unauthenticated)
        package static let resourceExhausted = Code(value: .resourceExhausted)
        package static let failedPrecondition = Code(value: .failedPrecondition)
        /// Something else works on the same volume; trying again later is right.
        package static let aborted = Code(value: .aborted)
        package static let outOfRange = Code(value: .outOfRange)
        package static let unavailable = Code(value: .unavailable)
        package static let `internal` = Code(value: .internal)

        package var description: String { self.value.rawValue }
    }

    /// What kind of failure it is.
    package let code: Code

    /// What failed, on which object, and what to do.
    package let message: String

    /// The failure below, if there was one.
    package let cause: (any Error)?

    /// A failure of a kind.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension LockerError: CustomStringConvertible {
    package var description: String { "\(self.code): \(self.message)" }
}
