// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Host

/// Who has key-encryption keys: wraps and unwraps the data encryption keys of volumes.
///
/// The keys themselves need not be in this process: a keeper may be a service that is asked.
package protocol KeyKeeper: Sendable {
    /// What wraps new keys, for people: `kek.2`, `vault:locker-algorithms-2026`.
    var newest: String { get }

    /// Encrypts a volume's key so that it opens for this volume only.
    ///
    /// - Throws: ``LockerError``.
    func wrap(_ key: DataEncryptionKey, of identity: KeyIdentity) async throws -> SealedKey

    /// Opens a wrapped key.
    ///
    /// - Parameters:
    ///   - sealed: what ``wrap(_:of:)`` made.
    ///   - wrappingKeyID: the name of the key that wrapped it.
    ///   - identity: the volume's, by where its record is.
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the key that is missing or opens nothing and what to do;
    ///   `unavailable` for a service that does not answer.
    func unwrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> DataEncryptionKey

    /// Wraps a wrapped key by the newest key.
    ///
    /// - Returns: `nil` if that wraps it already.
    /// - Throws: as ``unwrap(_:wrappedBy:of:)``.
    func rewrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> SealedKey?
}

extension KeyKeeper {
    /// Wraps anew what another keeper, or an older key of this one, has wrapped: the data key is in this process meanwhile.
    ///
    /// - Throws: as ``rewrap(_:wrappedBy:of:)``.
    package func rewrapHere(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity,
        openedBy opener: any KeyKeeper
    ) async throws -> SealedKey {
        let key = try await opener.unwrap(sealed, wrappedBy: wrappingKeyID, of: identity)
        let wrapped = try await self.wrap(key, of: identity)
        // What replaces the only copy opens.
        let again = try await self.unwrap(wrapped.bytes, wrappedBy: wrapped.wrappingKeyID, of: identity)
        guard again == key else {
            throw LockerError(
                .internal,
                "data key \(identity.dataKeyID) does not open as it was wrapped; it was left"
            )
        }
        return wrapped
    }
}
