// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import Foundation

/// A named key of the transit engine.
struct TransitKey: Sendable {
    struct Version: Sendable {
        let key: SymmetricKey
        let created: Int64
    }

    /// Oldest first.
    var versions: [Version]
    let isDerived: Bool
    var isDeletionAllowed = false
    var leastDecrypting = 1

    /// When the next version is made, so that no two are made in one second.
    private static func version(after last: Int64) -> Version {
        Version(key: SymmetricKey(size: .bits256), created: max(Int64(Date().timeIntervalSince1970), last + 1))
    }

    init(isDerived: Bool) {
        self.isDerived = isDerived
        self.versions = [Self.version(after: 0)]
    }

    mutating func rotate() { self.versions.append(Self.version(after: self.versions.last?.created ?? 0)) }

    /// What encrypts for a context.
    private func symmetric(_ version: Int, _ context: Data) -> SymmetricKey {
        let key = self.versions[version - 1].key
        guard self.isDerived else { return key }
        return HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: context, outputByteCount: 32)
    }

    func encrypt(_ plaintext: Data, _ context: Data) throws -> String {
        let version = self.versions.count
        let box = try AES.GCM.seal(plaintext, using: self.symmetric(version, context))
        return "vault:v\(version):\((box.combined ?? Data()).base64EncodedString())"
    }

    func decrypt(_ ciphertext: String, _ context: Data) throws(VaultRefusal) -> Data {
        let parts = ciphertext.split(separator: ":")
        guard parts.count == 3, parts[0] == "vault", let version = Int(parts[1].dropFirst()),
            let sealed = Data(base64Encoded: String(parts[2]))
        else { throw VaultRefusal(400, "invalid ciphertext: no prefix") }
        guard (1...self.versions.count).contains(version) else {
            throw VaultRefusal(400, "invalid ciphertext: version is too new")
        }
        guard version >= self.leastDecrypting else {
            throw VaultRefusal(400, "ciphertext or signature version is disallowed by policy (too old)")
        }
        do {
            return try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: self.symmetric(version, context))
        } catch {
            throw VaultRefusal(400, "cipher: message authentication failed")
        }
    }
}
