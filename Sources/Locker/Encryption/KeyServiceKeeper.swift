// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A service outside that keeps key-encryption keys, for one course.
package protocol KeyServiceKeeper: KeyKeeper {
    /// What names of this service's keys begin with: `vault:`.
    static var namePrefix: String { get }

    /// The key that wraps the course's keys, as it is just now; `nil` if there is none.
    ///
    /// - Throws: ``LockerError``.
    func destructible() async throws -> DestructibleKeys?

    /// Destroys that key with all its versions; one that is not there is destroyed already.
    ///
    /// - Throws: ``LockerError`` with `failedPrecondition` if the service does not let it; then it is still there.
    func destroy() async throws
}

/// Services that keep key-encryption keys.
package protocol KeyServices: Sendable {
    /// The keeper of a course's keys.
    ///
    /// - Throws: ``LockerError`` for settings that name no service or are not whole.
    func keeper(_ settings: KeyServiceSettings) throws(LockerError) -> any KeyServiceKeeper
}
