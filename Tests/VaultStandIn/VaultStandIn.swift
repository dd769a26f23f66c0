// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
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
        var connections = 0
        var logins = 0
    }

    let state = Mutex(State())
    private let channel: any Channel
    private let isEncrypted: Bool

    private init(channel: any Channel, isEncrypted: Bool, state: Accepting) {
        self.channel = channel
        self.isEncrypted = isEncrypted
        state.server.withLock { $0 = self }
    }

    /// What connections are given before there is a server for them.
    private final class Accepting: Sendable {
        let server = Mutex<VaultStandIn?>(nil)
    }

    /// Starts one on loopback.
    ///
    /// - Parameters:
    ///   - port: where; any by default.
    ///   - certificate: the server's certificate and key in PEM, for HTTPS.
    package static func start(
        port: Int = 0,
        certificate: (chain: String, key: String)? = nil
    ) async throws -> VaultStandIn {
        let accepting = Accepting()
        var context: NIOSSLContext?
        if let certificate {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chain.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)
            context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) },
                    privateKey: .privateKey(key)
                )
            )
        }
        let tls = context
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    guard let server = accepting.server.withLock({ $0 }) else { throw ChannelError.ioOnClosedChannel }
                    try pipeline.addHandler(VaultExchange(server))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return VaultStandIn(channel: channel, isEncrypted: tls != nil, state: accepting)
    }

    /// Where it listens.
    package var port: Int { self.channel.localAddress?.port ?? 0 }

    /// As `vaultAddress` has it.
    package var address: String { "\(self.isEncrypted ? "https" : "http")://127.0.0.1:\(self.port)" }

    /// Changes what it does.
    package func change(_ body: (inout Behaviour) -> Void) { self.state.withLock { body(&$0.behaviour) } }

    /// What it was asked so far.
    package var seen: [Seen] { self.state.withLock { $0.seen } }

    /// How many connections it has accepted.
    package var connections: Int { self.state.withLock { $0.connections } }

    /// Ends it.
    package func stop() async {
        // Fails for one that was stopped before only.
        try? await self.channel.close()
    }
}
