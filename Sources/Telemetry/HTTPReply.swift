// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOHTTP1

/// An answer of an HTTP server, before it is put on a connection.
struct HTTPReply: Sendable {
    /// The status line's code and words.
    let status: HTTPResponseStatus
    /// The `Content-Type` field.
    let contentType: String
    /// The whole body.
    let body: String
    /// Further header fields.
    var fields: [(name: String, value: String)] = []

    /// A reply of one line of text.
    static func text(_ status: HTTPResponseStatus, _ line: String) -> HTTPReply {
        HTTPReply(status: status, contentType: "text/plain; charset=utf-8", body: line + "\n")
    }
}
