// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import HTTPStandIn
internal import Host
internal import Locker
internal import SystemPackage
internal import TestSupport
internal import Testing
internal import VaultStandIn

/// A Vault that refuses, fails, lies or is not there: what is said, how often it is asked, and that no token is told.
@Suite(.timeLimit(.minutes(2)))
struct VaultFailureTests {
    /// Wraps a key with the stand-in's answers changed.
    private static func wrap(
        _ others: [String: String] = [:],
        patience: Duration = .seconds(20),
        token: String = "root",
        _ change: (inout VaultStandIn.Behaviour) -> Void = { _ in },
        _ check: (VaultStandIn, _ wrap: () async throws -> SealedKey) async throws -> Void
    ) async throws {
        try await VaultPlace.with { place in
            let standIn = try #require(place.standIn)
            try await place.makeKey(VaultFixture.key)
            standIn.change(change)
            let entries = place.settings.merging(["vaultToken": token]) { $1 }.merging(others) { $1 }
            try await VaultFixture.withKeeper(entries, patience: patience) { keeper in
                try await check(standIn) {
                    try await keeper.wrap(DataEncryptionKey.random(), of: VaultFixture.identity())
                }
            }
        }
    }

    @Test("A sealed Vault is UNAVAILABLE, and says what to do")
    func sealed() async throws {
        try await Self.wrap {
            $0.isSealed = true
        } _: { _, wrap in
            await expectRefusal(.unavailable, saying: "sealed", "Unseal") { try await wrap() }
        }
    }

    @Test("A token without the capability is PERMISSION_DENIED, by path and capability; one that nobody knows too")
    func denied() async throws {
        let token = "s.secret-token-of-the-tests"
        try await Self.wrap(token: token) { _ in
        } _: { standIn, wrap in
            let unknown = await expectRefusal(.permissionDenied, saying: "\"read\"") { try await wrap() }
            #expect(!unknown.contains(token))
            let mount = try #require(standIn.seen.last).path.prefix { $0 != "/" }
            standIn.change { $0.tokens[token] = ["read \(mount)/keys/\(VaultFixture.key)"] }
            let message = await expectRefusal(
                .permissionDenied,
                saying: "\"update\"",
                "\(mount)/encrypt/\(VaultFixture.key)"
            ) { try await wrap() }
            #expect(!message.contains(token))
            standIn.change { $0.tokens[token] = .some(nil) }
            _ = try await wrap()
            #expect(standIn.seen.suffix(2).allSatisfy { $0.token == token })
        }
    }

    @Test("Failures that may pass are tried again, some times and not for ever", arguments: [412, 429, 500, 502, 503])
    func passing(_ status: Int) async throws {
        try await Self.wrap {
            $0.refusals = [status, status]
        } _: { standIn, wrap in
            let before = standIn.seen.count
            _ = try await wrap()
            #expect(standIn.seen.count == before + 4)
            standIn.change { $0.refusals = Array(repeating: status, count: 100) }
            await expectRefusal(.unavailable, saying: "\(status)", "made to fail") { try await wrap() }
            #expect(standIn.seen.count == before + 8)
        }
    }

    @Test("What cannot pass is not tried again, and a redirection is not followed", arguments: [307, 400, 405])
    func lasting(_ status: Int) async throws {
        try await Self.wrap {
            $0.refusals = [status]
        } _: { standIn, wrap in
            let before = standIn.seen.count
            let code: LockerError.Code = status == 307 ? .unavailable : .failedPrecondition
            await expectRefusal(code, saying: "\(status)") { try await wrap() }
            #expect(standIn.seen.count == before + 1)
        }
    }

    @Test(
        "An answer that is not Vault's, or without an end, is none",
        arguments: ["<html>", "{}", "{\"data\":{}}", String(repeating: " ", count: 3 << 20)]
    )
    func nonsense(_ text: String) async throws {
        try await Self.wrap {
            $0.nonsense = text
        } _: { _, wrap in
            await expectRefusal(.unavailable, saying: "does not speak as Vault") { try await wrap() }
        }
    }

    @Test("One that never answers is given up in time, and one that does not listen at once")
    func silent() async throws {
        try await Self.wrap(patience: .seconds(1)) {
            $0.isSilent = true
        } _: { _, wrap in
            let start = ContinuousClock.now
            await expectRefusal(.unavailable, saying: "does not answer") { try await wrap() }
            #expect(ContinuousClock.now - start < .seconds(5))
        }
        // The port of nobody.
        try await Self.wrap(["vaultAddress": "http://127.0.0.1:1"]) { _ in
        } _: { _, wrap in
            await expectRefusal(.unavailable, saying: "http://127.0.0.1:1", "vaultAddress") { try await wrap() }
        }
    }

    @Test("A connection is used again")
    func reuse() async throws {
        try await Self.wrap { _ in
        } _: { standIn, wrap in
            let before = standIn.seen.count
            for _ in 0..<5 { _ = try await wrap() }
            #expect(Set(standIn.seen.dropFirst(before).map(\.connection)).count == 1)
        }
    }

    @Test("A service account logs in once, again when its token is not accepted any more, and is told when it may not")
    func login() async throws {
        try await VaultPlace.with { place in
            let standIn = try #require(place.standIn)
            try await place.makeKey(VaultFixture.key)
            let file = FileManager.default.temporaryDirectory.appending(
                path: "jwt-\(UInt64.random(in: 0...UInt64.max))"
            )
            try Data("the-account\n".utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            var entries = place.settings
            entries["vaultToken"] = nil
            entries["vaultRole"] = "locker"
            entries["vaultAuthPath"] = "/v1/auth/kubernetes/login"
            entries["vaultServiceAccountTokenFile"] = file.path
            entries["vaultNamespace"] = "teaching"
            try await VaultFixture.withKeeper(entries) { keeper in
                func wrap() async throws -> SealedKey {
                    try await keeper.wrap(DataEncryptionKey.random(), of: VaultFixture.identity())
                }
                await expectRefusal(.unauthenticated, saying: "auth/kubernetes/login", "locker", "role") {
                    try await wrap()
                }
                standIn.change { $0.roles = ["locker": ["another"]] }
                let message = await expectRefusal(.unauthenticated, saying: "service account") { try await wrap() }
                #expect(!message.contains("the-account"))
                standIn.change { $0.roles = ["locker": ["the-account"]] }
                let before = standIn.seen.count
                for _ in 0..<3 { _ = try await wrap() }
                let asked = standIn.seen.dropFirst(before)
                #expect(asked.map(\.path).count { $0 == "auth/kubernetes/login" } == 1)
                #expect(asked.allSatisfy { $0.namespace == "teaching" })
                // Vault has forgotten it.
                standIn.change { $0.tokens = ["root": nil] }
                _ = try await wrap()
                #expect(standIn.seen.last?.token == "login-2")
            }
        }
    }

    @Test("A file's token is read at each use")
    func tokenFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UInt64.random(in: 0...UInt64.max))")
        defer { try? FileManager.default.removeItem(at: file) }
        try await VaultPlace.with { place in
            try await place.makeKey(VaultFixture.key)
            var entries = place.settings
            entries["vaultToken"] = nil
            entries["vaultTokenFile"] = file.path
            try await VaultFixture.withKeeper(entries) { keeper in
                await expectRefusal(.failedPrecondition, saying: "vaultTokenFile", file.path) {
                    try await keeper.wrap(DataEncryptionKey.random(), of: VaultFixture.identity())
                }
                try Data("root\n".utf8).write(to: file)
                _ = try await keeper.wrap(DataEncryptionKey.random(), of: VaultFixture.identity())
            }
        }
    }

    @Test(
        "Over TLS the server's certificate has to follow from the one that is named; what does not speak TLS is refused"
    )
    func certificate() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "tls-\(UInt64.random(in: 0...UInt64.max))"
        )
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let one = try await HTTPStandIn.Certificate.selfSigned("one")
        let file = directory.appending(path: "one.pem")
        try Data(one.chain.utf8).write(to: file)
        let standIn = try await VaultStandIn.start(certificate: one)
        func wrap(_ others: [String: String], address: String) async throws {
            let entries = ["encryptionKMSType": "vault", "vaultAddress": address, "vaultToken": "root"]
            try await VaultFixture.withKeeper(entries.merging(others) { $1 }) { keeper in
                _ = try await keeper.wrap(DataEncryptionKey.random(), of: VaultFixture.identity())
            }
        }
        for trusted in [[:], ["vaultCACert": try await HTTPStandIn.Certificate.selfSigned("other").chain]] {
            await expectRefusal(.failedPrecondition, saying: "not trusted", "vaultCAFile") {
                try await wrap(trusted, address: standIn.address)
            }
        }
        #expect(standIn.seen.isEmpty)
        // That it is spoken to at all: there is no key.
        for trusted in [
            ["vaultCACert": one.chain], ["vaultCAFile": file.path],
        ] {
            await expectRefusal(.failedPrecondition, saying: "derived=true") {
                try await wrap(trusted, address: standIn.address)
            }
        }
        await expectRefusal(.failedPrecondition, saying: "PEM") {
            try await wrap(["vaultCACert": "none"], address: standIn.address)
        }
        await standIn.stop()
        let plain = try await VaultStandIn.start()
        await expectRefusal(.failedPrecondition, saying: "not trusted") {
            try await wrap([:], address: plain.address.replacing("http:", with: "https:"))
        }
        await plain.stop()
    }
}
