// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import SystemPackage

/// The CSI clients of one socket: what the sidecars and kubelet are in a cluster.
struct Clients: Sendable {
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    let identity: IdentityClient<HTTP2ClientTransport.Posix>
    let controller: ControllerClient<HTTP2ClientTransport.Posix>
    let node: NodeClient<HTTP2ClientTransport.Posix>

    init(socket: FilePath) throws {
        self.client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .unixDomainSocket(path: socket.string),
                transportSecurity: .plaintext
            )
        )
        self.identity = IdentityClient(self.client)
        self.controller = ControllerClient(self.client)
        self.node = NodeClient(self.client)
    }

    /// Keeps the connection until the task is cancelled.
    func run() async throws {
        try await self.client.runConnections()
    }

    /// Waits until the plugin says that it is ready.
    func waitUntilReady(within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let answer = try? await self.identity.probe(ProbeRequest(), timeout: .seconds(2)), answer.ready == true {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw DemoError("the plugin was not ready within \(limit)")
    }
}
