// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Host
internal import Locker
internal import NIOHTTP1

/// A course's key in Vault's transit engine, which never leaves it: Vault encrypts and decrypts data keys.
///
/// The key has to be a derived one: what a data key is encrypted with follows from the course's key and from the volume's
/// identity, the context, so that a wrapped key opens for its volume only. Vault's `associated_data` would bind it as well,
/// but `rewrap` does not take that.
struct VaultKeeper: Sendable {
    let settings: VaultSettings
    let services: VaultServices

    /// The keeper of a key.
    init(_ settings: VaultSettings, by services: VaultServices) {
        self.settings = settings
        self.services = services
    }

    /// The name of a version of a key.
    static func name(_ key: String, version: Int) -> String { "\(self.namePrefix)\(key):v\(version)" }

    /// The key as Vault describes it; `nil` if there is none.
    func describe() async throws -> VaultReply.Key? {
        let request = self.request(.GET, "keys/\(self.settings.key)", capability: "read")
        let action = "read the transit key \(self.settings.key)"
        let answer = try await self.services.ask(request, self.settings, could: action)
        // Without a message there is no such key; with one there is no such engine.
        if answer.status == 404, answer.words.isEmpty { return nil }
        guard answer.isSuccess else { throw answer.error(could: action, request, self.settings) }
        return try self.read(answer, VaultReply.Data<VaultReply.Key>.self).data
    }

    /// The key, which has to be there and to be derived.
    private func key() async throws -> VaultReply.Key {
        guard let key = try await self.describe() else {
            throw LockerError(
                .failedPrecondition,
                "there is no key \(self.settings.key) in the transit engine \(self.settings.mount) of Vault at"
                    + " \(self.settings.address); make it with: vault write -f \(self.settings.mount)/keys/\(self.settings.key)"
                    + " derived=true"
            )
        }
        guard key.derived else {
            throw LockerError(
                .failedPrecondition,
                "the transit key \(self.settings.key) of Vault at \(self.settings.address) was not made with derived=true, so"
                    + " that a wrapped key would open for any volume; name another one with vaultTransitKey"
            )
        }
        return key
    }

    func request(
        _ method: HTTPMethod,
        _ path: String,
        body: (any Encodable)? = nil,
        capability: String = "update"
    ) -> VaultRequest {
        VaultRequest(
            method,
            "\(self.settings.mount)/\(path)",
            namespace: self.settings.namespace,
            // Texts alone always encode.
            body: body.flatMap { try? JSONEncoder().encode($0) }.map(Array.init),
            capability: capability
        )
    }

    /// The content of an answer.
    private func read<Content: Decodable>(_ answer: VaultAnswer, _ type: Content.Type) throws -> Content {
        do {
            return try answer.content(type)
        } catch {
            throw error.error(self.settings)
        }
    }

    private static func context(_ identity: KeyIdentity) -> String { Data(identity.bytes).base64EncodedString() }

    /// A ciphertext of this key as Locker stores it.
    private func sealed(
        _ answer: VaultAnswer,
        _ key: VaultReply.Key,
        of identity: KeyIdentity
    ) async throws -> SealedKey {
        let text = try self.read(answer, VaultReply.Data<VaultReply.Ciphertext>.self).data.ciphertext
        guard let version = Self.version(of: text) else { throw VaultFault.unreadable.error(self.settings) }
        // Rotated just now.
        let times = key.keys["\(version)"] == nil ? try await self.key().keys : key.keys
        return SealedKey(
            bytes: Array(text.utf8),
            wrappingKeyID: Self.name(self.settings.key, version: version),
            fingerprint: Self.fingerprint(version, times)
        )
    }

    /// What tells a version of a key from one of a later key of the same name: when it was made.
    static func fingerprint(_ version: Int, _ times: [String: VaultReply.CreationTime]) -> String {
        times["\(version)"]?.seconds.map { "\($0)" } ?? ""
    }

    /// The version in a text `vault:vN:…`.
    private static func version(of ciphertext: String) -> Int? {
        let parts = ciphertext.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "vault", parts[1].first == "v", ciphertext.utf8.count < 4096 else {
            return nil
        }
        return Int(parts[1].dropFirst()).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Which key and version wraps, from its name.
    ///
    /// - Throws: ``LockerError`` for a name that Locker does not write.
    private static func parts(_ wrappingKeyID: String) throws(LockerError) -> (key: String, version: Int) {
        let parts = wrappingKeyID.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 3, parts[2].first == "v", let version = Int(parts[2].dropFirst()),
            !parts[1].isEmpty, parts[1] != ".", parts[1] != "..",
            parts[1].utf8.allSatisfy({ $0 > 32 && $0 < 127 && !"/%?#\\".utf8.contains($0) })
        {
            return (String(parts[1]), version)
        }
        throw LockerError(.failedPrecondition, "\"\(wrappingKeyID)\" is no name of a key in Vault")
    }
}

extension VaultKeeper: KeyServiceKeeper {
    static let namePrefix = "vault:"

    var newest: String { "\(Self.namePrefix)\(self.settings.key)" }

    func wrap(_ key: DataEncryptionKey, of identity: KeyIdentity) async throws -> SealedKey {
        // `encrypt` makes a key that is not there, if the token may: never by accident.
        let description = try await self.key()
        let body = VaultBody.Encrypt(
            plaintext: key.withBytes { Data($0).base64EncodedString() },
            context: Self.context(identity)
        )
        let request = self.request(.POST, "encrypt/\(self.settings.key)", body: body)
        let action = "wrap data key \(identity.dataKeyID)"
        let answer = try await self.services.ask(request, self.settings, could: action)
        guard answer.isSuccess else { throw answer.error(could: action, request, self.settings) }
        return try await self.sealed(answer, description, of: identity)
    }

    func unwrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> DataEncryptionKey {
        let (key, _) = try Self.parts(wrappingKeyID)
        let body = VaultBody.Ciphertext(
            ciphertext: String(decoding: sealed, as: UTF8.self),
            context: Self.context(identity)
        )
        let request = self.request(.POST, "decrypt/\(key)", body: body)
        let action = "open data key \(identity.dataKeyID), which \"\(wrappingKeyID)\" wraps"
        let answer = try await self.services.ask(request, self.settings, could: action)
        guard answer.isSuccess else {
            let error = answer.error(could: action, request, self.settings)
            guard answer.status == 400 || answer.status == 404 else { throw error }
            throw LockerError(
                .failedPrecondition,
                "\(error.message). Either that key is not there any more, or its min_decryption_version is past that version, or"
                    + " the wrapped key is another volume's"
            )
        }
        let text = try self.read(answer, VaultReply.Data<VaultReply.Plaintext>.self).data.plaintext
        guard var bytes = Data(base64Encoded: text), bytes.count == DataEncryptionKey.size else {
            throw VaultFault.unreadable.error(self.settings)
        }
        // The copy that is not in locked memory. That in the answer, as those in the connection, goes with it.
        defer { bytes.resetBytes(in: bytes.startIndex..<bytes.endIndex) }
        return try bytes.withUnsafeBytes { try DataEncryptionKey(copying: $0) }
    }

    func rewrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> SealedKey? {
        let (key, version) = try Self.parts(wrappingKeyID)
        guard key == self.settings.key else {
            return try await self.rewrapHere(sealed, wrappedBy: wrappingKeyID, of: identity, openedBy: self)
        }
        let description = try await self.key()
        if version == description.latestVersion { return nil }
        let body = VaultBody.Ciphertext(
            ciphertext: String(decoding: sealed, as: UTF8.self),
            context: Self.context(identity)
        )
        let request = self.request(.POST, "rewrap/\(key)", body: body)
        let action = "wrap data key \(identity.dataKeyID), which \"\(wrappingKeyID)\" wraps, by \(self.newest)"
        let answer = try await self.services.ask(request, self.settings, could: action)
        guard answer.isSuccess else { throw answer.error(could: action, request, self.settings) }
        return try await self.sealed(answer, description, of: identity)
    }
}
