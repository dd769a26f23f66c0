// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOCore

/// Closes a connection that sends too much or takes too long.
///
/// First in the pipeline, before the HTTP decoder, so that it also counts what never becomes a request. Confined to its
/// channel's event loop.
final class ExchangeGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limits: MetricsLimits
    private var received = 0
    private var deadline: Scheduled<Void>?

    /// A guard that holds one connection to `limits`.
    init(_ limits: MetricsLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        // The whole exchange has one deadline: an idle timer would let a client send a byte a second for ever.
        self.deadline = context.eventLoop.scheduleTask(in: self.limits.exchangeAmount) {
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        self.deadline = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        self.deadline = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received += self.unwrapInboundIn(data).readableBytes
        if self.received > self.limits.requestBytes {
            context.close(promise: nil)
        } else {
            context.fireChannelRead(data)
        }
    }
}
