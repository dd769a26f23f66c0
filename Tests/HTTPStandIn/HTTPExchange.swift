// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOCore
internal import NIOHTTP1

/// One connection's requests, one after another.
final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let connection: Int
    private let answer: @Sendable (HTTPStandIn.Request) -> HTTPStandIn.Answer?
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(connection: Int, answer: @escaping @Sendable (HTTPStandIn.Request) -> HTTPStandIn.Answer?) {
        self.connection = connection
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.body.clear()
        case .body(var part): self.body.writeBuffer(&part)
        case .end:
            guard let head = self.head else { return }
            let body = Array(self.body.readableBytesView)
            // One that never answers.
            guard let answer = self.answer(.init(head: head, body: body, connection: self.connection)) else { return }
            self.send(answer, to: head, context)
        }
    }

    private func send(_ answer: HTTPStandIn.Answer, to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("Content-Type", "application/json"), ("Content-Length", "\(answer.body.count)")])
        if (300..<400).contains(answer.status) {
            headers.add(name: "Location", value: "https://127.0.0.1:1\(head.uri)")
        }
        let reply = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: answer.status),
            headers: headers
        )
        context.write(self.wrapOutboundOut(.head(reply)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that breaks off, or does not trust the certificate.
        context.close(promise: nil)
    }
}
