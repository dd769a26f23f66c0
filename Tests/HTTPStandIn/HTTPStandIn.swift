// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOCore
package import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// A server of HTTP/1.1 on loopback for stand-ins of services that machines with tests do not have.
///
/// Safe to use from any task.
package final class HTTPStandIn: Sendable {
    /// A request, whole.
    package struct Request: Sendable {
        package let head: HTTPRequestHead
        package let body: [UInt8]
        /// Which of the accepted connections it came by, from 1.
        package let connection: Int
    }

    /// An answer; its content is JSON.
    package struct Answer: Sendable {
        package let status: Int
        package let body: [UInt8]

        /// An answer.
        package init(status: Int, body: [UInt8] = []) {
            self.status = status
            self.body = body
        }
    }

    /// A server's certificate and key in PEM.
    package struct Certificate: Sendable {
        package let chain: String
        package let key: String

        /// A certificate.
        package init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }
    }

    /// How many connections were accepted.
    private final class Count: Sendable {
        let value = Atomic(0)
    }

    private let channel: any Channel
    private let isEncrypted: Bool
    private let accepted: Count

    private init(channel: any Channel, isEncrypted: Bool, accepted: Count) {
        self.channel = channel
        self.isEncrypted = isEncrypted
        self.accepted = accepted
    }

    /// Starts one.
    ///
    /// - Parameters:
    ///   - port: where; any by default.
    ///   - certificate: for HTTPS.
    ///   - answer: answers a request on a thread that must not block; `nil` for never.
    package static func start(
        port: Int = 0,
        certificate: Certificate? = nil,
        answer: @escaping @Sendable (Request) -> Answer?
    ) async throws -> HTTPStandIn {
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
        let accepted = Count()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(
                        HTTPExchange(connection: accepted.value.add(1, ordering: .relaxed).newValue, answer: answer)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return HTTPStandIn(channel: channel, isEncrypted: tls != nil, accepted: accepted)
    }

    /// Where it listens.
    package var port: Int { self.channel.localAddress?.port ?? 0 }

    /// `http` or `https`, address and port.
    package var address: String { "\(self.isEncrypted ? "https" : "http")://127.0.0.1:\(self.port)" }

    /// How many connections it has accepted.
    package var connections: Int { self.accepted.value.load(ordering: .relaxed) }

    /// Ends it.
    package func stop() async {
        // Fails for one that was stopped before only.
        try? await self.channel.close()
    }
}
