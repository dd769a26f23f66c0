// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import TestSupport

/// The Vault that tests use: a real one where `VAULT_ADDR` and `VAULT_TOKEN` are set, else the stand-in.
///
/// Each has a transit engine of its own, so that tests leave nothing in a real one.
package struct VaultPlace: Sendable {
    /// `vaultAddress`.
    package let address: String
    /// A token that may do everything.
    package let token: String
    /// `vaultBackendPath`.
    package let mount: String
    /// The stand-in; `nil` for a real one.
    package let standIn: VaultStandIn?

    /// Which one the environment names; `nil` for none.
    package static let real: (address: String, token: String)? = {
        let environment = ProcessInfo.processInfo.environment
        guard let address = environment["VAULT_ADDR"], let token = environment["VAULT_TOKEN"] else { return nil }
        return (address, token)
    }()

    /// Which ones there are to test with: always the stand-in.
    package static let kinds: [Kind] = VaultPlace.real == nil ? [.standIn] : [.standIn, .real]

    /// A kind, by its name in a test's title.
    package enum Kind: String, Sendable, CustomStringConvertible {
        case standIn = "a stand-in written from Vault's documents"
        case real = "the Vault of VAULT_ADDR"

        package var description: String { self.rawValue }
    }

    /// Lends one to `body`.
    package static func with(_ kind: Kind = .standIn, _ body: (VaultPlace) async throws -> Void) async throws {
        let standIn = kind == .standIn ? try await VaultStandIn.start() : nil
        let real = kind == .real ? self.real : nil
        let place = VaultPlace(
            address: standIn?.address ?? real?.address ?? "",
            token: standIn == nil ? real?.token ?? "" : "root",
            mount: "locker-test-\(UInt64.random(in: 0...UInt64.max))",
            standIn: standIn
        )
        do {
            try await place.ask(.POST, "sys/mounts/\(place.mount)", ["type": "transit"])
            try await body(place)
        } catch {
            await place.end()
            throw error
        }
        await place.end()
    }

    private func end() async {
        if let standIn {
            await standIn.stop()
        } else {
            // A token that has been taken away by the test cannot.
            try? await self.ask(.DELETE, "sys/mounts/\(self.mount)", nil)
        }
    }

    /// What a Secret, or a course's file, says of it.
    package var settings: [String: String] {
        [
            "encryptionKMSType": "vault", "vaultAddress": self.address, "vaultBackendPath": self.mount,
            "vaultToken": self.token,
        ]
    }

    /// The same as a file's text.
    package func file(_ others: [String: String?] = [:]) throws -> String {
        let entries = others.reduce(into: self.settings) { $0[$1.key] = $1.value }
        return String(decoding: try JSONSerialization.data(withJSONObject: entries), as: UTF8.self)
    }

    /// Makes a key.
    package func makeKey(_ name: String, isDerived: Bool = true) async throws {
        try await self.ask(.POST, "\(self.mount)/keys/\(name)", ["derived": isDerived])
    }

    /// Gives a key another version.
    package func rotate(_ name: String) async throws {
        try await self.ask(.POST, "\(self.mount)/keys/\(name)/rotate", [:])
    }

    /// Changes how a key may be used.
    package func configure(_ name: String, _ fields: [String: any Sendable]) async throws {
        try await self.ask(.POST, "\(self.mount)/keys/\(name)/config", fields)
    }

    /// Deletes a key that may be deleted.
    package func delete(_ name: String) async throws {
        try await self.ask(.DELETE, "\(self.mount)/keys/\(name)", nil)
    }

    /// Whether there is a key.
    package func hasKey(_ name: String) async throws -> Bool {
        try await self.status(.GET, "\(self.mount)/keys/\(name)", nil) == 200
    }

    private func ask(_ method: HTTPMethod, _ path: String, _ fields: [String: any Sendable]?) async throws {
        let status = try await self.status(method, path, fields)
        guard (200..<300).contains(status) else { throw SetUpError("Vault answered \(status) to \(method) \(path)") }
    }

    /// The status of the answer to a request, by the method's name and the path below the engine.
    package func status(_ method: String, _ path: String, _ fields: [String: any Sendable]?) async throws -> Int {
        try await self.status(HTTPMethod(rawValue: method), "\(self.mount)/\(path)", fields)
    }

    private func status(_ method: HTTPMethod, _ path: String, _ fields: [String: any Sendable]?) async throws -> Int {
        var request = HTTPClientRequest(url: "\(self.address)/v1/\(path)")
        request.method = method
        request.headers.add(name: "X-Vault-Token", value: self.token)
        if let fields { request.body = .bytes(try JSONSerialization.data(withJSONObject: fields)) }
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        // The connection is used again once the body is read.
        _ = try await answer.body.collect(upTo: 1 << 20)
        return Int(answer.status.code)
    }
}
