// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import LockerProto
package import SystemPackage

/// The node process' connection to the data process, over its socket.
package final class DataConnection: Sendable {
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    /// The Data service.
    let data: DataClient<HTTP2ClientTransport.Posix>
    private let path: FilePath

    /// Prepares to talk to the data process at a socket; ``run()`` has to run for it.
    package init(socket path: FilePath) throws {
        self.path = path
        self.client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .unixDomainSocket(path: path.string),
                transportSecurity: .plaintext,
                // On the same machine a try costs nothing; by default a data process that was gone for a while would
                // not be found again for two minutes.
                config: .defaults {
                    $0.backoff.initial = .milliseconds(50)
                    $0.backoff.max = .seconds(1)
                }
            )
        )
        self.data = DataClient(self.client)
    }

    /// Keeps the connection until the task is cancelled or ``close()`` is called.
    package func run() async throws {
        try await self.client.runConnections()
    }

    /// Ends the connection when the calls in flight are answered.
    package func close() {
        self.client.beginGracefulShutdown()
    }

    /// The data process' refusals are passed on as they are; a process that is not there is said to be so.
    func call<Answer>(_ what: String, _ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let error as RPCError where error.code == .unavailable || error.code == .deadlineExceeded {
            throw RPCError(
                code: .unavailable,
                message: "the data process at \(self.path) does not answer (\(what)): \(error.message)."
                    + " Is `locker data` running with this --socket?"
            )
        }
    }
}
