// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// One connection's requests, one after another.
final class VaultExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: VaultStandIn
    private let connection: Int
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ server: VaultStandIn) {
        self.server = server
        self.connection = server.state.withLock { state in
            state.connections += 1
            return state.connections
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.body.clear()
        case .body(var part): self.body.writeBuffer(&part)
        case .end:
            guard let head = self.head else { return }
            let answer = self.server.answer(head, Data(self.body.readableBytesView), connection: self.connection)
            // One that never answers.
            guard let answer else { return }
            self.send(answer, to: head, context)
        }
    }

    private func send(_ answer: (status: Int, body: Data), to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
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
