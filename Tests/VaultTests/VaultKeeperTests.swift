// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import Testing
internal import VaultStandIn

/// Data keys that Vault's transit engine wraps: against the stand-in, and against a real Vault where there is one.
@Suite(.timeLimit(.minutes(2)))
struct VaultKeeperTests {
    @Test(
        "What is wrapped opens for its volume only and unchanged, and nothing of it is the key",
        arguments: VaultPlace.kinds
    )
    func bound(_ kind: VaultPlace.Kind) async throws {
        try await VaultPlace.with(kind) { place in
            try await place.makeKey(VaultFixture.key)
            try await VaultFixture.withKeeper(place.settings) { keeper in
                let key = try DataEncryptionKey.random()
                let identity = try VaultFixture.identity()
                let sealed = try await keeper.wrap(key, of: identity)
                #expect(sealed.wrappingKeyID == "vault:\(VaultFixture.key):v1")
                #expect(try #require(Int64(sealed.fingerprint)) > 0)
                #expect(String(decoding: sealed.bytes, as: UTF8.self).hasPrefix("vault:v1:"))
                let opened = try await keeper.unwrap(sealed.bytes, wrappedBy: sealed.wrappingKeyID, of: identity)
                #expect(opened == key)
                #expect(try await keeper.wrap(key, of: identity).bytes != sealed.bytes)
                let other = try VaultFixture.identity(record: "f6cada7a1f5c8311ccc5078bec23fa39")
                await expectRefusal(.failedPrecondition, saying: "another volume's", sealed.wrappingKeyID) {
                    try await keeper.unwrap(sealed.bytes, wrappedBy: sealed.wrappingKeyID, of: other)
                }
                var damaged = sealed.bytes
                damaged[damaged.count - 8] ^= 1
                await expectRefusal(.failedPrecondition, saying: identity.dataKeyID) {
                    try await keeper.unwrap(damaged, wrappedBy: sealed.wrappingKeyID, of: identity)
                }
                for name in ["vault:x", "vault:../../sys:v1", "vault:a/b:v1", "vault::v1"] {
                    await expectRefusal(.failedPrecondition, saying: "no name") {
                        try await keeper.unwrap(sealed.bytes, wrappedBy: name, of: identity)
                    }
                }
            }
        }
    }

    @Test(
        "Another version wraps anew inside Vault: the data key is the same and does not leave it",
        arguments: VaultPlace.kinds
    )
    func rewrap(_ kind: VaultPlace.Kind) async throws {
        try await VaultPlace.with(kind) { place in
            try await place.makeKey(VaultFixture.key)
            try await VaultFixture.withKeeper(place.settings) { keeper in
                let key = try DataEncryptionKey.random()
                let identity = try VaultFixture.identity()
                let first = try await keeper.wrap(key, of: identity)
                #expect(try await keeper.rewrap(first.bytes, wrappedBy: first.wrappingKeyID, of: identity) == nil)
                try await place.rotate(VaultFixture.key)
                let before = place.standIn?.seen.count ?? 0
                let rewrapped = try await keeper.rewrap(first.bytes, wrappedBy: first.wrappingKeyID, of: identity)
                let second = try #require(rewrapped)
                #expect(second.wrappingKeyID == "vault:\(VaultFixture.key):v2")
                if let standIn = place.standIn {
                    let asked = standIn.seen.dropFirst(before).map { "\($0.method) \($0.path)" }
                    #expect(
                        asked == [
                            "GET \(place.mount)/keys/\(VaultFixture.key)",
                            "POST \(place.mount)/rewrap/\(VaultFixture.key)",
                        ]
                    )
                    #expect(second.fingerprint != first.fingerprint)
                }
                #expect(try await keeper.unwrap(second.bytes, wrappedBy: second.wrappingKeyID, of: identity) == key)
                // The former opens as long as Vault is told to.
                #expect(try await keeper.unwrap(first.bytes, wrappedBy: first.wrappingKeyID, of: identity) == key)
                try await place.configure(VaultFixture.key, ["min_decryption_version": 2])
                await expectRefusal(.failedPrecondition, saying: "too old", "min_decryption_version") {
                    try await keeper.unwrap(first.bytes, wrappedBy: first.wrappingKeyID, of: identity)
                }
            }
        }
    }

    @Test("A key that is not there is not made, and one that is not derived is not used", arguments: VaultPlace.kinds)
    func unfit(_ kind: VaultPlace.Kind) async throws {
        try await VaultPlace.with(kind) { place in
            try await VaultFixture.withKeeper(place.settings) { keeper in
                let key = try DataEncryptionKey.random()
                let identity = try VaultFixture.identity()
                await expectRefusal(
                    .failedPrecondition,
                    saying: "derived=true",
                    "\(place.mount)/keys/\(VaultFixture.key)"
                ) {
                    try await keeper.wrap(key, of: identity)
                }
                #expect(try await !place.hasKey(VaultFixture.key))
                try await place.makeKey(VaultFixture.key, isDerived: false)
                await expectRefusal(.failedPrecondition, saying: "derived=true", "any volume") {
                    try await keeper.wrap(key, of: identity)
                }
            }
            let elsewhere = place.settings.merging(["vaultBackendPath": "nowhere"]) { $1 }
            try await VaultFixture.withKeeper(elsewhere) { keeper in
                await expectRefusal(.failedPrecondition, saying: "nowhere") {
                    try await keeper.wrap(DataEncryptionKey.random(), of: VaultFixture.identity())
                }
            }
        }
    }

    @Test(
        "It is destroyed where Vault lets it be, with every version, and opens nothing then",
        arguments: VaultPlace.kinds
    )
    func destroy(_ kind: VaultPlace.Kind) async throws {
        try await VaultPlace.with(kind) { place in
            try await VaultFixture.withKeeper(place.settings) { keeper in
                #expect(try await keeper.destructible() == nil)
                try await place.makeKey(VaultFixture.key)
                let identity = try VaultFixture.identity()
                let first = try await keeper.wrap(DataEncryptionKey.random(), of: identity)
                try await place.rotate(VaultFixture.key)
                let second = try await keeper.wrap(DataEncryptionKey.random(), of: identity)
                await expectRefusal(.failedPrecondition, saying: "deletion_allowed=true") {
                    try await keeper.destructible()
                }
                await expectRefusal(.failedPrecondition, saying: "deletion is not allowed") {
                    try await keeper.destroy()
                }
                _ = try await keeper.unwrap(first.bytes, wrappedBy: first.wrappingKeyID, of: identity)
                try await place.configure(VaultFixture.key, ["deletion_allowed": true])
                let found = try #require(try await keeper.destructible())
                #expect(found.names == [first, second].map { "\($0.wrappingKeyID)#\($0.fingerprint)" })
                #expect(found.isOnlyCopy)
                try await keeper.destroy()
                try await keeper.destroy()
                #expect(try await keeper.destructible() == nil)
                #expect(try await !place.hasKey(VaultFixture.key))
                // Another of that name is another.
                try await place.makeKey(VaultFixture.key)
                for sealed in [first, second] {
                    await expectRefusal(.failedPrecondition, saying: sealed.wrappingKeyID) {
                        try await keeper.unwrap(sealed.bytes, wrappedBy: sealed.wrappingKeyID, of: identity)
                    }
                }
            }
            let shared = place.settings.merging(["vaultTransitKey": "everybodys"]) { $1 }
            try await place.makeKey("everybodys")
            try await VaultFixture.withKeeper(shared) { keeper in
                await expectRefusal(.failedPrecondition, saying: "other courses") { try await keeper.destructible() }
            }
        }
    }

    @Test(
        "A real Vault answers with the stand-in's statuses",
        .enabled(
            if: VaultPlace.real != nil,
            "VAULT_ADDR and VAULT_TOKEN name no Vault: only the stand-in, written from Vault's documents, was asked"
        )
    )
    func likeReal() async throws {
        let questions: [(String, String, [String: any Sendable]?)] = [
            ("GET", "keys/nobody", nil), ("GET", "keys/there", nil), ("POST", "decrypt/nobody", Self.ciphertext),
            ("POST", "decrypt/there", Self.ciphertext), ("POST", "rewrap/there", Self.ciphertext),
            ("POST", "decrypt/there", ["ciphertext": "none", "context": "AA=="]), ("DELETE", "keys/there", nil),
            ("POST", "encrypt/there", ["plaintext": "AA==", "context": "AA=="]), ("POST", "keys/there/rotate", [:]),
            ("POST", "keys/there/config", ["deletion_allowed": true]), ("DELETE", "keys/there", nil),
            ("GET", "keys/there", nil),
        ]
        var answers: [VaultPlace.Kind: [Int]] = [:]
        for kind in VaultPlace.kinds {
            try await VaultPlace.with(kind) { place in
                try await place.makeKey("there")
                for (method, path, fields) in questions {
                    answers[kind, default: []].append(try await place.status(method, path, fields))
                }
            }
        }
        // 200 and 204 are one.
        let classes = answers.mapValues { $0.map { $0 < 300 ? 200 : $0 } }
        #expect(classes[.standIn] == classes[.real])
    }

    /// One that nobody has made.
    private static let ciphertext: [String: any Sendable] = [
        "ciphertext": "vault:v1:\(String(repeating: "A", count: 80))", "context": "AA==",
    ]
}
