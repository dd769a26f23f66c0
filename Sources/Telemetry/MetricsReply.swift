// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOHTTP1

/// An answer of the metrics server, before it is put on a connection.
struct MetricsReply: Sendable {
    /// The status line's code and words.
    let status: HTTPResponseStatus
    /// The `Content-Type` field.
    let contentType: String
    /// The whole body.
    let body: String

    /// A reply of one line of text.
    static func text(_ status: HTTPResponseStatus, _ line: String) -> MetricsReply {
        MetricsReply(status: status, contentType: "text/plain; charset=utf-8", body: line + "\n")
    }
}
