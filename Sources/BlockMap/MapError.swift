// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Why an image could not be made a block device, or a device not be taken down.
package struct MapError: Error, Sendable {
    /// What a caller can act on.
    package let code: Code
    /// What failed, on which object, and what to do.
    package let message: String
    /// The failed call below, if there was one.
    package let cause: (any Error)?

    /// Describes a failure.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension MapError {
    /// The kinds of failure; kinds may be added.
    package struct Code: Sendable, Hashable {
        private enum Value: String { case busy, notFound, unsupported, mismatch, formatted, failed }
        private let value: Value

        private init(_ value: Value) {
            self.value = value
        }

        /// Somebody uses the device or the image; the message names whom.
        package static let busy = Code(.busy)
        /// There is no such image, pool or volume.
        package static let notFound = Code(.notFound)
        /// This machine or mapper cannot do it; the message names what is missing.
        package static let unsupported = Code(.unsupported)
        /// What is there is not what was asked for: another cluster, pool, image, or another way of access.
        package static let mismatch = Code(.mismatch)
        /// The image has an encryption header already.
        package static let formatted = Code(.formatted)
        /// Any other failure: the cluster does not answer, the kernel refused.
        package static let failed = Code(.failed)
    }
}

extension MapError.Code: CustomStringConvertible {
    package var description: String { self.value.rawValue }
}

extension MapError: CustomStringConvertible {
    package var description: String {
        self.cause.map { "\(self.message): \($0)" } ?? self.message
    }
}
