// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import HTTPStandIn
internal import NIOHTTP1
internal import Synchronization

extension VaultStandIn {
    /// The answer to a request; `nil` for none at all.
    func answer(_ request: HTTPStandIn.Request) -> HTTPStandIn.Answer? {
        let head = request.head
        return self.state.withLock { state in
            let path = String(head.uri.dropFirst("/v1/".count))
            let token = head.headers.first(name: "X-Vault-Token") ?? ""
            state.seen.append(
                Seen(
                    method: head.method.rawValue,
                    path: path,
                    token: token,
                    namespace: head.headers.first(name: "X-Vault-Namespace") ?? "",
                    connection: request.connection
                )
            )
            if state.behaviour.isSilent { return nil }
            if let nonsense = state.behaviour.nonsense { return .init(status: 200, body: Array(nonsense.utf8)) }
            do throws(VaultRefusal) {
                if !state.behaviour.refusals.isEmpty {
                    throw VaultRefusal(state.behaviour.refusals.removeFirst(), "made to fail")
                }
                if state.behaviour.isSealed { throw VaultRefusal(503, "Vault is sealed") }
                let fields = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: Any] ?? [:]
                let content = try state.handle(head.method, path, token, fields)
                guard let content else { return .init(status: 204) }
                return .init(status: 200, body: Self.json(content))
            } catch {
                return .init(status: error.status, body: Self.json(["errors": error.errors]))
            }
        }
    }

    private static func json(_ content: [String: Any]) -> [UInt8] {
        (try? JSONSerialization.data(withJSONObject: content)).map(Array.init) ?? []
    }
}

extension VaultStandIn.State {
    /// What is answered; `nil` for 204.
    mutating func handle(
        _ method: HTTPMethod,
        _ path: String,
        _ token: String,
        _ fields: [String: Any]
    ) throws(VaultRefusal) -> [String: Any]? {
        let parts = path.split(separator: "/").map(String.init)
        if path == "auth/kubernetes/login" { return try self.login(fields) }
        try self.permit(method, path, token)
        if parts.count == 3, parts[0] == "sys", parts[1] == "mounts" {
            if method == .DELETE { self.mounts.remove(parts[2]) } else { self.mounts.insert(parts[2]) }
            return nil
        }
        guard parts.count >= 3, self.mounts.contains(parts[0]) else {
            throw VaultRefusal(404, "no handler for route \"\(path)\". route entry not found.")
        }
        let name = "\(parts[0])/\(parts[2])"
        switch (parts[1], parts.count) {
        case ("keys", _): return try self.key(method, name, Array(parts.dropFirst(3)), fields)
        case ("encrypt", 3):
            guard let plaintext = Data(base64Encoded: fields["plaintext"] as? String ?? "") else {
                throw VaultRefusal(400, "failed to base64-decode plaintext")
            }
            let context = try Self.context(fields)
            // As Vault does for a token that may create.
            let key = self.keys[name] ?? TransitKey(isDerived: !context.isEmpty)
            self.keys[name] = key
            return try Self.ciphertext(plaintext, context, key)
        case ("decrypt", 3):
            let key = try self.present(name)
            let plaintext = try key.decrypt(fields["ciphertext"] as? String ?? "", Self.context(fields, of: key))
            return ["data": ["plaintext": plaintext.base64EncodedString()]]
        case ("rewrap", 3):
            let key = try self.present(name)
            let context = try Self.context(fields, of: key)
            let plaintext = try key.decrypt(fields["ciphertext"] as? String ?? "", context)
            return try Self.ciphertext(plaintext, context, key)
        default: throw VaultRefusal(404)
        }
    }

    /// Whether the token may; as Vault's policies, a POST is an update.
    private func permit(_ method: HTTPMethod, _ path: String, _ token: String) throws(VaultRefusal) {
        guard let allowed = self.behaviour.tokens[token] else {
            throw VaultRefusal(403, "permission denied", "invalid token")
        }
        let capability = method == .GET ? "read" : method == .DELETE ? "delete" : "update"
        guard allowed?.contains("\(capability) \(path)") ?? true else {
            throw VaultRefusal(403, "1 error occurred:\n\t* permission denied\n\n")
        }
    }

    private mutating func login(_ fields: [String: Any]) throws(VaultRefusal) -> [String: Any] {
        guard let accounts = self.behaviour.roles[fields["role"] as? String ?? ""] else {
            throw VaultRefusal(400, "invalid role name \"\(fields["role"] ?? "")\"")
        }
        guard accounts.contains(fields["jwt"] as? String ?? "") else { throw VaultRefusal(403, "permission denied") }
        self.logins += 1
        let token = "login-\(self.logins)"
        self.behaviour.tokens[token] = .some(nil)
        return ["auth": ["client_token": token, "lease_duration": self.behaviour.lease, "renewable": true]]
    }

    private mutating func key(
        _ method: HTTPMethod,
        _ name: String,
        _ rest: [String],
        _ fields: [String: Any]
    ) throws(VaultRefusal) -> [String: Any]? {
        switch (method, rest) {
        case (.GET, []):
            guard let key = self.keys[name] else { throw VaultRefusal(404) }
            let shown = (key.leastDecrypting...key.versions.count).map { ("\($0)", key.versions[$0 - 1].created) }
            return [
                "data": [
                    "type": "aes256-gcm96", "derived": key.isDerived, "exportable": false,
                    "allow_plaintext_backup": false, "deletion_allowed": key.isDeletionAllowed,
                    "latest_version": key.versions.count, "min_decryption_version": key.leastDecrypting,
                    "keys": Dictionary(shown) { first, _ in first },
                ]
            ]
        case (.DELETE, []):
            let key = try self.present(name)
            guard key.isDeletionAllowed else {
                throw VaultRefusal(400, "error deleting policy \(name): deletion is not allowed for this key")
            }
            self.keys[name] = nil
            return nil
        case (_, []):
            self.keys[name] = self.keys[name] ?? TransitKey(isDerived: fields["derived"] as? Bool ?? false)
            return nil
        case (_, ["rotate"]):
            var key = try self.present(name)
            key.rotate()
            self.keys[name] = key
            return nil
        case (_, ["config"]):
            var key = try self.present(name)
            key.isDeletionAllowed = fields["deletion_allowed"] as? Bool ?? key.isDeletionAllowed
            key.leastDecrypting = fields["min_decryption_version"] as? Int ?? key.leastDecrypting
            self.keys[name] = key
            return nil
        default: throw VaultRefusal(405, "unsupported operation")
        }
    }

    private func present(_ name: String) throws(VaultRefusal) -> TransitKey {
        guard let key = self.keys[name] else { throw VaultRefusal(400, "encryption key not found") }
        return key
    }

    private static func context(_ fields: [String: Any]) throws(VaultRefusal) -> Data {
        guard let context = Data(base64Encoded: fields["context"] as? String ?? "") else {
            throw VaultRefusal(400, "failed to base64-decode context")
        }
        return context
    }

    private static func context(_ fields: [String: Any], of key: TransitKey) throws(VaultRefusal) -> Data {
        let context = try Self.context(fields)
        guard !key.isDerived || !context.isEmpty else {
            throw VaultRefusal(400, "missing 'context' for key derivation; the key was created using a derived key")
        }
        return context
    }

    private static func ciphertext(
        _ plaintext: Data,
        _ context: Data,
        _ key: TransitKey
    ) throws(VaultRefusal) -> [String: Any] {
        guard let text = try? key.encrypt(plaintext, context) else { throw VaultRefusal(500, "cannot encrypt") }
        return ["data": ["ciphertext": text, "key_version": key.versions.count]]
    }
}
