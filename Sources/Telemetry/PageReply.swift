// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What a page server answers.
package struct PageReply: Sendable {
    /// The status code.
    package let status: Int
    /// The `Content-Type` field.
    package let contentType: String
    /// Further header fields.
    package let fields: [(name: String, value: String)]
    /// The whole body.
    package let body: String

    /// An answer.
    package init(status: Int, contentType: String, fields: [(name: String, value: String)], body: String) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }
}
