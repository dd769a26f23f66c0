// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Host
internal import Locker
internal import NIOHTTP1
internal import Redaction
internal import Synchronization
internal import SystemPackage

/// The tokens that logins have given, until they run out.
///
/// Safe to use from any task.
final class VaultLogins: Sendable {
    private struct Session {
        let token: Secret
        let end: ContinuousClock.Instant
    }

    /// What a token is good for.
    private struct Place: Hashable {
        let address: String
        let namespace: String
        let login: VaultSettings.Login

        init(_ settings: VaultSettings) {
            self.address = settings.address
            self.namespace = settings.loginNamespace
            self.login = settings.login
        }
    }

    private let sessions = Mutex<[Place: Session]>([:])

    /// A token to ask with.
    ///
    /// - Parameters:
    ///   - settings: which Vault, and how Locker logs in there.
    ///   - refused: one that Vault does not accept.
    ///   - exchange: sends the request of a login.
    /// - Throws: ``LockerError``: `failedPrecondition` for a file that cannot be read, `unauthenticated` for a login that
    ///   Vault refuses; what `exchange` throws.
    func token(
        _ settings: VaultSettings,
        replacing refused: Secret?,
        _ exchange: (VaultRequest) async throws -> VaultAnswer
    ) async throws -> Secret {
        switch settings.login {
        case .token(let token):
            return token
        case .tokenFile(let path):
            // At each use, since whoever renews tokens replaces the file.
            return try Self.read(path, "vaultTokenFile")
        case .kubernetes(let role, let path, let tokenFile):
            let place = Place(settings)
            if let session = self.sessions.withLock({ $0[place] }), session.token != refused,
                session.end > .now
            {
                return session.token
            }
            let account = try Self.read(tokenFile, "vaultServiceAccountTokenFile")
            let body = VaultBody.KubernetesLogin(role: role, jwt: account.reveal())
            let request = VaultRequest(
                .POST,
                path,
                namespace: settings.loginNamespace,
                body: Array(try JSONEncoder().encode(body)),
                capability: "create"
            )
            let answer = try await exchange(request)
            guard answer.isSuccess else {
                let action = "log in to Vault by \(path) as \(role)"
                let error = answer.error(could: action, request, settings)
                guard (400..<500).contains(answer.status), answer.status != 429, answer.status != 412 else {
                    throw error
                }
                throw LockerError(
                    .unauthenticated,
                    "could not \(action) at \(settings.address): \(answer.status), \(answer.words). The role has to exist there"
                        + " and to be bound to this process' service account and namespace"
                )
            }
            let login = try answer.content(VaultReply.Login.self).auth
            let token = Secret(login.clientToken)
            // Before it runs out; 0 is for ever.
            let life: Duration = login.leaseDuration > 0 ? .seconds(login.leaseDuration) * 0.8 : .seconds(3600)
            self.sessions.withLock { $0[place] = Session(token: token, end: .now + life) }
            return token
        }
    }

    private static func read(_ path: FilePath, _ name: String) throws -> Secret {
        let text: String
        do {
            text = String(decoding: try HostFile.read(path), as: UTF8.self)
        } catch {
            throw LockerError(.failedPrecondition, "\(name) \(path) cannot be read: \(error)", cause: error)
        }
        let token = text.filter { !$0.isWhitespace }
        guard !token.isEmpty else { throw LockerError(.failedPrecondition, "\(name) \(path) holds no token") }
        return Secret(token)
    }
}
