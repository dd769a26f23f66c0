// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Host
package import Locker
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Redaction
internal import Synchronization
internal import SystemPackage

/// How a process speaks to the Vault servers that its courses name: one HTTP client, whose connections are used again.
///
/// An exchange ends within its patience, whatever the server does. All that Locker asks of Vault can be repeated safely.
/// Safe to use from any task.
package final class VaultServices: Sendable {
    /// How often and how much.
    private enum Bounds {
        static let connect: TimeAmount = .seconds(4)
        static let attempts = 4
        static let pause: Duration = .milliseconds(150)
        /// The longest answer is that of a key with very many versions.
        static let answer = 1 << 20
    }

    private enum State {
        case unused
        case open(HTTPClient)
        case ended
    }

    private let state = Mutex(State.unused)
    private let logins = VaultLogins()

    /// How long an exchange may take, and an attempt of it.
    private let (whole, attempt): (Duration, Duration)

    /// Speaks to nobody yet.
    ///
    /// - Parameter patience: how long an exchange may take with all of its attempts.
    package init(patience: Duration = .seconds(20)) {
        (self.whole, self.attempt) = (patience, patience * 0.3)
    }

    /// Lends services to `body`, and closes their connections afterwards, whatever comes of it.
    package static func with<T>(_ body: (VaultServices) async throws -> T) async throws -> T {
        let services = VaultServices()
        let outcome: Result<T, any Error>
        do {
            outcome = .success(try await body(services))
        } catch {
            outcome = .failure(error)
        }
        await services.shutDown()
        return try outcome.get()
    }

    /// Closes the connections; to be called before the last reference goes.
    package func shutDown() async {
        let client = self.state.withLock { state -> HTTPClient? in
            defer { state = .ended }
            if case .open(let client) = state { return client }
            return nil
        }
        // Fails for a client that was shut down before only.
        try? await client?.shutdown()
    }

    private func client() throws(VaultFault) -> HTTPClient {
        let found = self.state.withLock { state -> HTTPClient? in
            switch state {
            case .ended: return nil
            case .open(let client): return client
            case .unused:
                var configuration = HTTPClient.Configuration()
                // A redirection would take the token, and keys, to a server that nobody has named.
                configuration.redirectConfiguration = .disallow
                configuration.timeout.connect = Bounds.connect
                configuration.connectionPool.retryConnectionEstablishment = false
                configuration.httpVersion = .http1Only
                let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
                state = .open(client)
                return client
            }
        }
        guard let found else { throw .ended }
        return found
    }

    /// Asks as whoever the settings log in as, and once more with a new login if that one is not accepted any more.
    ///
    /// - Parameter action: what is being done, in words that go after "could not".
    /// - Returns: an answer, which may be a refusal.
    /// - Throws: ``LockerError`` if there is none.
    func ask(
        _ request: VaultRequest,
        _ settings: VaultSettings,
        could action: String
    ) async throws -> VaultAnswer {
        do {
            let token = try await self.logins.token(settings, replacing: nil) {
                try await self.exchange($0, settings, token: nil)
            }
            let answer = try await self.exchange(request, settings, token: token)
            guard answer.status == 403, case .kubernetes = settings.login else { return answer }
            let fresh = try await self.logins.token(settings, replacing: token) {
                try await self.exchange($0, settings, token: nil)
            }
            return try await self.exchange(request, settings, token: fresh)
        } catch let fault as VaultFault {
            let error = fault.error(settings)
            throw LockerError(error.code, "could not \(action): \(error.message)", cause: fault)
        }
    }

    /// Sends a request until there is an answer that stays, a few times at most.
    private func exchange(
        _ request: VaultRequest,
        _ settings: VaultSettings,
        token: Secret?
    ) async throws -> VaultAnswer {
        let clock = ContinuousClock()
        let deadline = clock.now + self.whole
        var pause = Bounds.pause
        for attempt in 1... {
            let outcome: Result<VaultAnswer, VaultFault>
            do {
                let left = min(self.attempt, deadline - clock.now)
                outcome = .success(try await self.send(request, settings, token: token, within: left))
            } catch let fault as VaultFault {
                outcome = .failure(fault)
            }
            let isLast = attempt >= Bounds.attempts || clock.now + pause >= deadline
            switch outcome {
            case .success(let answer):
                if isLast || !answer.isPassing { return answer }
            case .failure(let fault):
                guard !isLast, case .unreachable = fault else { throw fault }
            }
            // Many that were sent away together do not come back together.
            try await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
            pause *= 3
        }
        throw VaultFault.unreadable
    }

    private func send(
        _ request: VaultRequest,
        _ settings: VaultSettings,
        token: Secret?,
        within limit: Duration
    ) async throws -> VaultAnswer {
        let client = try self.client()
        var sent = HTTPClientRequest(url: "\(settings.address)/v1/\(request.path)")
        sent.method = request.method
        // Vault refuses requests without it where an agent stands before it.
        sent.headers.add(name: "X-Vault-Request", value: "true")
        if let token { sent.headers.add(name: "X-Vault-Token", value: token.reveal()) }
        if !request.namespace.isEmpty { sent.headers.add(name: "X-Vault-Namespace", value: request.namespace) }
        if let body = request.body {
            sent.headers.add(name: "Content-Type", value: "application/json")
            sent.body = .bytes(ByteBuffer(bytes: body))
        }
        sent.tlsConfiguration = try Self.trust(settings)
        do {
            let limit = TimeAmount.nanoseconds(limit / .nanoseconds(1) < 1 ? 1 : Int64(limit / .nanoseconds(1)))
            let answer = try await client.execute(sent, timeout: limit)
            let body = try await answer.body.collect(upTo: Bounds.answer)
            return VaultAnswer(status: Int(answer.status.code), body: Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            throw VaultFault.unreadable
        } catch let error as CancellationError {
            throw error
        } catch let error where error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError {
            throw VaultFault.untrusted(Self.text(error))
        } catch let error as HTTPClientError where error == .alreadyShutdown {
            throw VaultFault.ended
        } catch {
            // Headers and bodies are in none of the client's errors.
            throw VaultFault.unreachable(Self.text(error))
        }
    }

    /// The certificates to trust; `nil` for the system's.
    private static func trust(_ settings: VaultSettings) throws -> TLSConfiguration? {
        guard let authority = settings.authority else { return nil }
        let (pem, origin): ([UInt8], String)
        switch authority {
        case .text(let text): (pem, origin) = (Array(text.utf8), "vaultCACert")
        case .file(let path):
            do {
                (pem, origin) = (try HostFile.read(path), "vaultCAFile \(path)")
            } catch {
                throw LockerError(.failedPrecondition, "vaultCAFile \(path) cannot be read: \(error)", cause: error)
            }
        }
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(pem)) ?? []
        guard !certificates.isEmpty else {
            throw LockerError(.failedPrecondition, "\(origin) holds no certificate in PEM")
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(certificates)
        return configuration
    }

    private static func text(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription }
        return String("\(error)".prefix(300))
    }
}

extension VaultServices: KeyServices {
    package func keeper(_ settings: KeyServiceSettings) throws(LockerError) -> any KeyServiceKeeper {
        VaultKeeper(try VaultSettings(settings), by: self)
    }
}
