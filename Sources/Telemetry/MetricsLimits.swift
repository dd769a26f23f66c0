// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOCore

/// What one client of an HTTP server may cost.
package struct MetricsLimits: Sendable, Hashable {
    /// Bytes a client may send on one connection, which carries one request.
    package var requestBytes: Int
    /// From accepting a connection to closing it, reading the request and taking the answer included.
    package var exchange: Duration
    /// Connections at the same time; further ones are closed at once.
    package var connections: Int

    /// Limits: by default 16 KiB, ten seconds and 32 connections.
    package init(requestBytes: Int = 16_384, exchange: Duration = .seconds(10), connections: Int = 32) {
        self.requestBytes = requestBytes
        self.exchange = exchange
        self.connections = connections
    }

    /// The exchange's time as NIO wants it.
    var exchangeAmount: TimeAmount { TimeAmount(self.exchange) }
}
