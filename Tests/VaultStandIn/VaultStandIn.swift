// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import HTTPStandIn
internal import Synchronization

/// A server that answers as Vault's documented HTTP API says, for tests on machines without Vault. It is not Vault.
///
/// Written from developer.hashicorp.com/vault/api-docs: secret/transit (keys, config, rotate, encrypt, decrypt, rewrap),
/// auth/kubernetes (login), system/mounts, and the status codes of the introduction. What it encrypts is encrypted, by
/// AES-256-GCM under a key that follows from the named key and the context, so that nothing else opens. Everything is in memory.
/// Safe to use from any task.
package final class VaultStandIn: Sendable {
    /// What it was asked.
    package struct Seen: Sendable {
        package let method: String
        /// Below `/v1/`.
        package let path: String
        package let token: String
        package let namespace: String
        /// Which of the accepted connections it came by.
        package let connection: Int
    }

    /// What a test changes.
    package struct Behaviour: Sendable {
        /// The tokens it knows, each with what it may do: `update transit/encrypt/x`; `nil` for everything.
        package var tokens: [String: Set<String>?] = ["root": nil]
        /// The service accounts' tokens that each role is bound to.
        package var roles: [String: Set<String>] = [:]
        /// How long a login lasts, in seconds.
        package var lease = 3600
        package var isSealed = false
        /// Statuses to answer the next requests with, whatever they are.
        package var refusals: [Int] = []
        /// Whether requests are taken and never answered.
        package var isSilent = false
        /// What every request is answered with instead, if anything.
        package var nonsense: String?
    }

    struct State {
        var behaviour = Behaviour()
        var mounts: Set<String> = ["transit"]
        var keys: [String: TransitKey] = [:]
        var seen: [Seen] = []
        var logins = 0
    }

    let state: Mutex<State>
    private let server: Mutex<HTTPStandIn?>

    private init() {
        self.state = Mutex(State())
        self.server = Mutex(nil)
    }

    /// Starts one on loopback.
    ///
    /// - Parameters:
    ///   - port: where; any by default.
    ///   - certificate: for HTTPS.
    package static func start(
        port: Int = 0,
        certificate: HTTPStandIn.Certificate? = nil
    ) async throws -> VaultStandIn {
        let vault = VaultStandIn()
        let server = try await HTTPStandIn.start(port: port, certificate: certificate) { vault.answer($0) }
        vault.server.withLock { $0 = server }
        return vault
    }

    /// Where it listens.
    package var port: Int { self.server.withLock { $0?.port } ?? 0 }

    /// As `vaultAddress` has it.
    package var address: String { self.server.withLock { $0?.address } ?? "" }

    /// Changes what it does.
    package func change(_ body: (inout Behaviour) -> Void) { self.state.withLock { body(&$0.behaviour) } }

    /// What it was asked so far.
    package var seen: [Seen] { self.state.withLock { $0.seen } }

    /// Ends it.
    package func stop() async {
        await self.server.withLock { $0 }?.stop()
    }
}
