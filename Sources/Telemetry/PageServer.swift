// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Logging
internal import NIOHTTP1
internal import ServiceLifecycle

/// HTTP for pages that people read: read-only, one request a connection, without TLS.
package struct PageServer: Service {
    private let address: ListenAddress
    private let option: String
    private let limits: MetricsLimits
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let page: @Sendable (PageRequest) async -> PageReply

    /// A server that listens once it is run.
    ///
    /// - Parameters:
    ///   - address: where to listen.
    ///   - option: the option that the address was given with.
    ///   - limits: what a client may cost.
    ///   - logger: for the address, and at debug for clients that misbehave.
    ///   - onListening: told the port once connections are accepted.
    ///   - page: what a request is answered.
    package init(
        address: ListenAddress,
        option: String,
        limits: MetricsLimits = MetricsLimits(),
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in },
        page: @escaping @Sendable (PageRequest) async -> PageReply
    ) {
        self.address = address
        self.option = option
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
        self.page = page
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: ``ListenError`` when the address cannot be listened on.
    package func run() async throws {
        let listener = HTTPListener(
            address: self.address,
            option: self.option,
            subject: "pages",
            limits: self.limits,
            logger: self.logger,
            onListening: self.onListening
        ) { head in
            guard head.method == .GET || head.method == .HEAD else {
                return .text(.methodNotAllowed, "only GET and HEAD")
            }
            let language = head.headers[canonicalForm: "Accept-Language"].joined(separator: ",")
            let reply = await self.page(PageRequest(target: head.uri, acceptLanguage: language))
            return HTTPReply(
                status: HTTPResponseStatus(statusCode: reply.status),
                contentType: reply.contentType,
                body: reply.body,
                fields: reply.fields
            )
        }
        try await listener.run()
    }
}
