// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing
internal import Vault

/// What a Secret or a file says of Vault: what is missing, contradicts itself, or would give keys away.
struct VaultSettingsTests {
    private static let whole = [
        "encryptionKMSType": "vault", "vaultAddress": "https://vault.example.org:8200/", "vaultToken": "s.secret",
    ]

    @Test("One that is whole names the course's key")
    func whole() throws {
        let keeper = try VaultServices().keeper(VaultFixture.settings(Self.whole, isLocal: false))
        #expect(keeper.newest == "vault:\(VaultFixture.key)")
        let other = Self.whole.merging(["vaultTransitKey": "everybodys", "userID": "csi"]) { $1 }
        #expect(try VaultServices().keeper(VaultFixture.settings(other)).newest == "vault:everybodys")
    }

    @Test(
        "What is wrong is told by its name, and no secret is",
        arguments: [
            (["encryptionKMSType": "kmip"], "kmip"), (["vaultAddress": nil], "vaultAddress"),
            (["vaultAddress": "vault.example.org"], "vaultAddress"),
            (["vaultAddress": "http://vault.example.org:8200"], "in the clear"),
            (["vaultAddress": "https://vault.example.org/?x=1"], "vaultAddress"),
            (["vaultAddress": "https://me:pw@vault.example.org"], "vaultAddress"),
            (["vaultToken": nil], "exactly one"), (["vaultTokenFile": "/token"], "exactly one"),
            (["vaultRole": "locker"], "exactly one"), (["vaultToken": nil, "vaultTokenFile": "token"], "absolute"),
            (["vaultBackendPath": "../sys"], "vaultBackendPath"), (["vaultBackendPath": "a//b"], "vaultBackendPath"),
            (["vaultTransitKey": "a/b"], "slash"), (["vaultTransitKey": "a?b"], "vaultTransitKey"),
            (["vaultAddres": "https://x"], "vaultAddres"), (["vaultCAFile": "/a", "vaultCACert": "x"], "both"),
        ] as [([String: String?], String)]
    )
    func faults(_ changes: [String: String?], _ words: String) async throws {
        let entries = changes.reduce(into: Self.whole) { $0[$1.key] = $1.value }
        let message = await expectRefusal(.failedPrecondition, saying: "the file", words) {
            try VaultServices().keeper(VaultFixture.settings(entries))
        }
        #expect(!message.contains("s.secret") && !message.contains("pw"))
    }

    @Test(
        "A request's Secret names no files of this host and no service account",
        arguments: [["vaultTokenFile": "/etc/shadow"], ["vaultRole": "locker"]]
    )
    func confined(_ login: [String: String]) async throws {
        var entries = Self.whole.merging(login) { $1 }
        entries["vaultToken"] = nil
        await expectRefusal(.invalidArgument, saying: "the Secret", "--key-encryption-keys") {
            try VaultServices().keeper(VaultFixture.settings(entries, isLocal: false))
        }
        let authority = Self.whole.merging(["vaultCAFile": "/etc/shadow"]) { $1 }
        await expectRefusal(.invalidArgument, saying: "vaultCAFile") {
            try VaultServices().keeper(VaultFixture.settings(authority, isLocal: false))
        }
    }
}
