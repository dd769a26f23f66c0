// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Host
internal import Locker
internal import Redaction
internal import Testing
internal import Vault
internal import VaultStandIn

/// What tests of the keeper have in common.
enum VaultFixture {
    static let course = "algorithms-2026"
    static let key = "locker-algorithms-2026"

    /// A volume's identity.
    static func identity(record: String = "f6cada7a1f5c8311ccc5078bec23fa38") throws -> KeyIdentity {
        KeyIdentity(
            fsid: "5fe2c0a1-36e1-4d7e-9d5c-7a2a6c1f0b11",
            poolID: 3,
            namespace: "informatics-1",
            recordKey: try #require(RecordKey(hex: record)),
            dataKeyID: "000102030405060708090a0b0c0d0e0f"
        )
    }

    /// Settings as a Secret has them, or as a file of this host has.
    static func settings(_ entries: [String: String], isLocal: Bool = true) throws -> KeyServiceSettings {
        try #require(
            KeyServiceSettings(
                course: self.course,
                entries: entries.mapValues { Secret($0) },
                origin: isLocal ? "the file" : "the Secret",
                isLocal: isLocal
            )
        )
    }

    /// Lends a keeper to `body`.
    static func withKeeper(
        _ entries: [String: String],
        patience: Duration = .seconds(20),
        _ body: (any KeyServiceKeeper) async throws -> Void
    ) async throws {
        let services = VaultServices(patience: patience)
        do {
            try await body(try services.keeper(self.settings(entries)))
        } catch {
            await services.shutDown()
            throw error
        }
        await services.shutDown()
    }
}
