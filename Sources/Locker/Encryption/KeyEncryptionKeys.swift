// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import FoundationEssentials
package import Host
internal import LockerProto
package import Redaction

/// Key-encryption keys by their numbers: the highest wraps, all open.
///
/// A text that is base64 of 32 bytes is that key; any other, of at least 32 characters, goes through HKDF. Wrapped keys
/// are AES-256-GCM with the volume's ``KeyIdentity`` as additional data.
package struct KeyEncryptionKeys: Sendable, Hashable {
    /// What names in a Secret and names of keys begin with.
    package static let prefix = "kek."
    private static let shortest = 32

    private let keys: [UInt8: Secret]
    private let highest: UInt8
    /// Where they are from, for messages.
    private let origin: String

    /// Those of a class' Secret: `kek.1` to `kek.255`.
    ///
    /// - Parameter origin: what messages call the place of the entries.
    /// - Returns: `nil` if it has none.
    /// - Throws: ``LockerError`` with `invalidArgument`, which never holds a part of a key.
    package init?(secrets: [String: Secret], origin: String = "the Secret") throws(LockerError) {
        var keys: [UInt8: Secret] = [:]
        for (name, key) in secrets where name.hasPrefix(Self.prefix) {
            let digits = name.dropFirst(Self.prefix.count)
            guard let number = UInt8(digits), number > 0, "\(number)" == digits else {
                throw LockerError(
                    .invalidArgument,
                    "\(origin): \(name) is no key-encryption key's name; they are kek.1 to kek.255"
                )
            }
            guard key.reveal().utf8.count >= Self.shortest else {
                throw LockerError(
                    .invalidArgument,
                    "\(origin): \(name) is shorter than \(Self.shortest) characters; make one with: openssl rand -base64 32"
                )
            }
            keys[number] = key
        }
        guard let highest = keys.keys.max() else { return nil }
        self.keys = keys
        self.highest = highest
        self.origin = origin
    }

    /// Those of a file's text, one a line: a number from 1 to 255 and the key.
    ///
    /// - Parameter origin: what messages call the file: "the file /etc/locker/keks".
    /// - Throws: ``LockerError`` with `invalidArgument`, which never holds a part of a key.
    package init(parsing text: String, origin: String) throws(LockerError) {
        let lines = try NumberedKeys(parsing: text, what: origin, shortest: Self.shortest)
        self.keys = Dictionary(lines.keys.map { ($0.number, $0.key) }) { first, _ in first }
        self.highest = lines.keys.map(\.number).max() ?? 1
        self.origin = origin
    }

    private static func symmetric(_ key: Secret) -> SymmetricKey {
        let text = key.reveal()
        if let bytes = Data(base64Encoded: text), bytes.count == 32 { return SymmetricKey(data: bytes) }
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Array(text.utf8)),
            info: Array("locker key-encryption key 1".utf8),
            outputByteCount: 32
        )
    }

    /// What tells a key from another under its name: a MAC by the key, of which nothing of the key follows.
    private static func fingerprint(_ key: Secret) -> String {
        let label = Array("locker key-encryption key fingerprint 1".utf8)
        return Array(HMAC<SHA256>.authenticationCode(for: label, using: Self.symmetric(key)).prefix(8)).hex
    }

    /// Each key's name with its fingerprint, as ``WrappedKey/wrappingKey`` has them.
    package var names: [String] {
        self.keys.keys.sorted().compactMap { number in
            self.keys[number].map { WrappedKey.name(Self.name(number), fingerprint: Self.fingerprint($0)) }
        }
    }

    private static func name(_ number: UInt8) -> String { "\(self.prefix)\(number)" }
}

extension KeyEncryptionKeys: KeyKeeper {
    package var newest: String { Self.name(self.highest) }

    package func wrap(_ key: DataEncryptionKey, of identity: KeyIdentity) async throws -> SealedKey {
        guard let text = self.keys[self.highest] else { throw self.missing(self.newest, identity) }
        let box = try key.withBytes { bytes in
            try AES.GCM.seal(bytes, using: Self.symmetric(text), authenticating: identity.bytes)
        }
        guard let sealed = box.combined else {
            throw LockerError(.internal, "data key \(identity.dataKeyID) could not be wrapped")
        }
        return SealedKey(
            bytes: Array(sealed),
            wrappingKeyID: self.newest,
            fingerprint: Self.fingerprint(text)
        )
    }

    package func unwrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> DataEncryptionKey {
        guard wrappingKeyID.hasPrefix(Self.prefix), let number = UInt8(wrappingKeyID.dropFirst(Self.prefix.count)),
            let text = self.keys[number]
        else { throw self.missing(wrappingKeyID, identity) }
        var opened: Data
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            opened = try AES.GCM.open(box, using: Self.symmetric(text), authenticating: identity.bytes)
        } catch {
            throw LockerError(
                .failedPrecondition,
                "\(wrappingKeyID) of \(self.origin) does not open data key \(identity.dataKeyID): it is another key under"
                    + " that name, or the wrapped key is another volume's. Put the key that was \(wrappingKeyID) back under"
                    + " its name; a new one gets the next number",
                cause: error
            )
        }
        // The copy that is not in locked memory; nobody else refers to it, so that these are its bytes.
        defer { opened.resetBytes(in: opened.startIndex..<opened.endIndex) }
        return try opened.withUnsafeBytes { try DataEncryptionKey(copying: $0) }
    }

    package func rewrap(
        _ sealed: [UInt8],
        wrappedBy wrappingKeyID: String,
        of identity: KeyIdentity
    ) async throws -> SealedKey? {
        if wrappingKeyID == self.newest { return nil }
        return try await self.rewrapHere(sealed, wrappedBy: wrappingKeyID, of: identity, openedBy: self)
    }

    private func missing(_ name: String, _ identity: KeyIdentity) -> LockerError {
        let known = self.keys.keys.sorted().map(Self.name).joined(separator: ", ")
        return LockerError(
            .failedPrecondition,
            "data key \(identity.dataKeyID) is wrapped by key-encryption key \"\(name)\", which \(self.origin) does not"
                + " have (it has \(known)). Add it there, or wrap the course's keys anew where it still is: lockerctl keys"
                + " rewrap"
        )
    }
}
