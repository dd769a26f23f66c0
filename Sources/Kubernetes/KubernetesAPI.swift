// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Redaction

/// The little that Locker's controller asks Kubernetes itself: nodes' leases, and a taint of a node.
///
/// One HTTP client, whose connection is used again. Safe to use from any task.
package final class KubernetesAPI: Sendable {
    private enum Bounds {
        static let page = 200
        // Nodes are large: kubelet lists the images that they have.
        static let answer = 32 << 20
        static let attempts = 5
    }

    private let access: KubernetesAccess
    private let patience: Duration
    private let client: HTTPClient

    /// Asks nobody yet.
    ///
    /// - Parameter patience: how long one answer may take.
    package init(_ access: KubernetesAccess, patience: Duration = .seconds(4)) {
        self.access = access
        self.patience = patience
        var configuration = HTTPClient.Configuration()
        // A redirection would take the token elsewhere.
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connection; to be called before the last reference goes.
    package func shutDown() async {
        // Fails for a client that was shut down before only.
        try? await self.client.shutdown()
    }

    /// The leases of all nodes.
    ///
    /// - Throws: ``KubernetesError``; `CancellationError`.
    package func nodeLeases() async throws -> [NodeLease] {
        let leases: [APIObjects.Lease] = try await self.list(
            "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
        )
        return leases.map { NodeLease(node: $0.metadata.name, renewed: $0.spec?.renewTime ?? "") }
    }

    /// The names of the nodes that have a taint.
    ///
    /// - Throws: ``KubernetesError``; `CancellationError`.
    package func nodes(with taint: NodeTaint) async throws -> [String] {
        let nodes: [APIObjects.Node] = try await self.list("/api/v1/nodes")
        return nodes.filter { $0.taints.contains(taint) }.map(\.metadata.name)
    }

    /// Gives a node a taint, unless it has one of that key and effect.
    ///
    /// - Returns: whether it has this very one now: somebody else's may have another value.
    /// - Throws: ``KubernetesError``: status 404 if there is no such node any more; `CancellationError`.
    package func add(_ taint: NodeTaint, to node: String) async throws -> Bool {
        try await self.change(node) { taints in
            if let found = taints.first(where: { $0.key == taint.key && $0.effect == taint.effect }) {
                return .done(found == taint)
            }
            return .patch(.add(taint, to: taints))
        }
    }

    /// Takes a taint from a node that has it.
    ///
    /// - Returns: whether the node has had it.
    /// - Throws: ``KubernetesError``; `CancellationError`.
    package func remove(_ taint: NodeTaint, from node: String) async throws -> Bool {
        try await self.change(node) { taints in
            guard let index = taints.firstIndex(of: taint) else { return .done(false) }
            return .patch(.removeTaint(at: index))
        }
    }

    private enum Change {
        case done(Bool)
        case patch(JSONPatch)
    }

    /// Changes a node's taints, unless somebody else does meanwhile: then once more as they are by then.
    private func change(_ name: String, _ decide: ([NodeTaint]) -> Change) async throws -> Bool {
        let path = "/api/v1/nodes/\(name)"
        for attempt in 1... {
            let node: APIObjects.Node = try Self.read(try await self.send(.GET, path))
            switch decide(node.taints) {
            case .done(let answer): return answer
            case .patch(let step):
                let patch = [.unchanged(since: node.metadata.resourceVersion ?? ""), step]
                do {
                    _ = try await self.send(.PATCH, path, body: try JSONEncoder().encode(patch))
                    return true
                } catch let error as KubernetesError where error.isConflict && attempt < Bounds.attempts {
                    continue
                }
            }
        }
        return false
    }

    private func list<Item: Decodable>(_ path: String) async throws -> [Item] {
        var items: [Item] = []
        var position = ""
        repeat {
            let next = position.isEmpty ? "" : "&continue=\(Self.escaped(position))"
            let page: APIObjects.List<Item> = try Self.read(
                try await self.send(.GET, "\(path)?limit=\(Bounds.page)\(next)")
            )
            items += page.items
            position = page.metadata?.continue ?? ""
        } while !position.isEmpty
        return items
    }

    private func send(_ method: HTTPMethod, _ path: String, body: Data? = nil) async throws -> Data {
        let what = "\(method.rawValue) \(path.prefix { $0 != "?" })"
        var request = HTTPClientRequest(url: self.access.server + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(try self.access.token().reveal())")
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "locker")
        request.tlsConfiguration = try self.access.trust()
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json-patch+json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let answer: HTTPClientResponse
        let content: Data
        do {
            answer = try await self.client.execute(
                request,
                timeout: .nanoseconds(Int64(self.patience / .nanoseconds(1)))
            )
            content = Data((try await answer.body.collect(upTo: Bounds.answer)).readableBytesView)
        } catch let error as CancellationError {
            throw error
        } catch let error as HTTPClientError {
            throw KubernetesError("\(self.access.server) does not answer \(what): \(error.shortDescription)")
        } catch {
            // Headers and bodies are in none of the client's errors.
            throw KubernetesError("\(self.access.server) does not answer \(what): \("\(error)".prefix(300))")
        }
        guard (200..<300).contains(answer.status.code) else {
            let said = (try? JSONDecoder().decode(APIObjects.Status.self, from: content))?.message ?? ""
            throw KubernetesError(
                "\(what) was answered with \(answer.status.code)\(said.isEmpty ? "" : ": \(said.prefix(300))")",
                status: Int(answer.status.code)
            )
        }
        return content
    }

    private static func read<Content: Decodable>(_ bytes: Data) throws(KubernetesError) -> Content {
        do {
            return try JSONDecoder().decode(Content.self, from: bytes)
        } catch {
            throw KubernetesError(
                "what answers does not speak as Kubernetes' API server does: \("\(error)".prefix(200))"
            )
        }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
