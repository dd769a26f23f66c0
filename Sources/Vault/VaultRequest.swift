// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import NIOHTTP1
internal import Redaction

/// One request to Vault.
struct VaultRequest: Sendable {
    let method: HTTPMethod
    /// Below `/v1/`.
    let path: String
    let namespace: String
    let body: [UInt8]?
    /// The capability that the token's policy has to give on the path, for messages.
    let capability: String

    /// A request by its parts.
    init(_ method: HTTPMethod, _ path: String, namespace: String, body: [UInt8]? = nil, capability: String) {
        self.method = method
        self.path = path
        self.namespace = namespace
        self.body = body
        self.capability = capability
    }
}
