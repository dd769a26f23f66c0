// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Host

/// Who has key-encryption keys: wraps and unwraps the data encryption keys of volumes.
///
/// The keys themselves need not be in this process: a keeper may be a service that is asked.
package protocol KeyKeeper: Sendable {
    /// The name of the key that wraps new ones: `kek.2`.
    var wrappingKeyID: String { get }

    /// Encrypts a volume's key so that it opens for this volume only.
    ///
    /// - Throws: ``LockerError``.
    func wrap(_ key: DataEncryptionKey, of identity: KeyIdentity) async throws -> [UInt8]

    /// Opens a wrapped key.
    ///
    /// - Parameters:
    ///   - sealed: what ``wrap(_:of:)`` made.
    ///   - wrappingKeyID: the name of the key that wrapped it.
    ///   - identity: the volume's, by where its record is.
    /// - Throws: ``LockerError`` with `failedPrecondition`, naming the key that is missing or opens nothing and what to do.
    func unwrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> DataEncryptionKey
}
