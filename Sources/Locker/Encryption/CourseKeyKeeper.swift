// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Host

/// The key-encryption keys of one course: those that are given, and those of a service, which wraps if there is one.
package struct CourseKeyKeeper: Sendable {
    private let keys: KeyEncryptionKeys?
    /// The service, if the course has one.
    package let service: (any KeyServiceKeeper)?
    private let origin: String

    /// A course's keys.
    ///
    /// - Parameters:
    ///   - settings: with keys or with the settings of the service.
    ///   - service: what these settings are of.
    package init(_ settings: KeyEncryptionSettings, service: (any KeyServiceKeeper)?) {
        self.keys = settings.keys
        self.service = service
        self.origin = settings.origin
    }

    /// Who has a key.
    private func keeper(of wrappingKeyID: String, _ identity: KeyIdentity) throws(LockerError) -> any KeyKeeper {
        if let service, wrappingKeyID.hasPrefix(type(of: service).namePrefix) { return service }
        if let keys, wrappingKeyID.hasPrefix(KeyEncryptionKeys.prefix) { return keys }
        let remedy =
            wrappingKeyID.hasPrefix(KeyEncryptionKeys.prefix)
            ? "Add it there" : "Say there which service has it (\(KeyServiceSettings.type))"
        throw LockerError(
            .failedPrecondition,
            "data key \(identity.dataKeyID) is wrapped by key-encryption key \"\(wrappingKeyID)\", which \(self.origin) does"
                + " not have. \(remedy), or wrap the course's keys anew where it still is: lockerctl keys rewrap"
        )
    }

    private var wrapping: any KeyKeeper {
        get throws(LockerError) {
            if let service { return service }
            if let keys { return keys }
            throw LockerError(.internal, "\(self.origin) has no key-encryption key after all")
        }
    }
}

extension CourseKeyKeeper: KeyKeeper {
    package var newest: String { self.service?.newest ?? self.keys?.newest ?? "" }

    package func wrap(_ key: DataEncryptionKey, of identity: KeyIdentity) async throws -> SealedKey {
        try await self.wrapping.wrap(key, of: identity)
    }

    package func unwrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> DataEncryptionKey {
        try await self.keeper(of: wrappingKeyID, identity).unwrap(sealed, wrappedBy: wrappingKeyID, of: identity)
    }

    package func rewrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> SealedKey? {
        let isOfKeys = wrappingKeyID.hasPrefix(KeyEncryptionKeys.prefix)
        if let service, isOfKeys {
            let opener = try self.keeper(of: wrappingKeyID, identity)
            return try await service.rewrapHere(sealed, wrappedBy: wrappingKeyID, of: identity, openedBy: opener)
        }
        return try await self.keeper(of: wrappingKeyID, identity)
            .rewrap(sealed, wrappedBy: wrappingKeyID, of: identity)
    }
}
