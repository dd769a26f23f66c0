// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import HTTPStandIn
internal import NIOHTTP1
internal import Synchronization

extension KubernetesStandIn {
    /// The answer to a request; `nil` for none at all.
    func answer(_ request: HTTPStandIn.Request) -> HTTPStandIn.Answer? {
        self.state.withLock { state in
            let head = request.head
            state.seen.append("\(head.method.rawValue) \(head.uri)")
            if state.behaviour.isSilent { return nil }
            if let nonsense = state.behaviour.nonsense { return .init(status: 200, body: Array(nonsense.utf8)) }
            if !state.behaviour.refusals.isEmpty {
                return Self.refusal(state.behaviour.refusals.removeFirst(), "made to fail")
            }
            guard head.headers.first(name: "Authorization") == "Bearer \(state.behaviour.token)" else {
                return Self.refusal(401, "Unauthorized")
            }
            let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
            let query = parts.count > 1 ? parts[1] : ""
            switch (head.method, parts[0]) {
            case (.GET, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"):
                return state.list(state.leases.keys.sorted(), query) { state.lease($0) }
            case (.GET, "/api/v1/nodes"):
                return state.list(state.nodes.keys.sorted(), query) { state.node($0) }
            case (_, let path) where path.hasPrefix("/api/v1/nodes/"):
                let name = String(path.dropFirst("/api/v1/nodes/".count))
                guard state.nodes[name] != nil else { return Self.refusal(404, "nodes \"\(name)\" not found") }
                if head.method == .PATCH {
                    guard head.headers.first(name: "Content-Type") == "application/json-patch+json" else {
                        return Self.refusal(415, "the body of the request was in an unknown format")
                    }
                    if let refusal = state.patch(name, request.body) { return refusal }
                }
                return .init(status: 200, body: Self.json(state.node(name)))
            default: return Self.refusal(404, "the server could not find the requested resource")
            }
        }
    }

    static func json(_ content: [String: Any]) -> [UInt8] {
        (try? JSONSerialization.data(withJSONObject: content)).map(Array.init) ?? []
    }

    static func refusal(_ status: Int, _ message: String) -> HTTPStandIn.Answer {
        .init(
            status: status,
            body: self.json(["kind": "Status", "status": "Failure", "message": message, "code": status])
        )
    }
}

extension KubernetesStandIn.State {
    func lease(_ name: String) -> [String: Any] {
        ["metadata": ["name": name], "spec": ["holderIdentity": name, "renewTime": self.leases[name] ?? ""]]
    }

    func node(_ name: String) -> [String: Any] {
        let node = self.nodes[name] ?? KubernetesStandIn.Node()
        var content: [String: Any] = ["metadata": ["name": name, "resourceVersion": "\(node.version)"]]
        content["spec"] = node.taints.isEmpty ? [:] : ["taints": node.taints]
        return content
    }

    /// A chunk of a list; `continue` is the last name of the chunk before.
    func list(_ names: [String], _ query: String, _ entry: (String) -> [String: Any]) -> HTTPStandIn.Answer {
        let items = URLComponents(string: "?" + query)?.queryItems ?? []
        let after = items.first { $0.name == "continue" }?.value
        let limit = min(
            items.first { $0.name == "limit" }.flatMap { $0.value.flatMap(Int.init) } ?? 500,
            self.behaviour.chunk
        )
        let rest = names.filter { name in after.map { "after=\(name)" > $0 } ?? true }
        let shown = rest.prefix(limit)
        let next = rest.count > limit ? "after=\(shown.last ?? "")" : ""
        return .init(
            status: 200,
            body: KubernetesStandIn.json(["metadata": ["continue": next], "items": shown.map(entry)])
        )
    }

    /// Applies an RFC 6902 patch of a node's taints; the refusal if it is not applied.
    mutating func patch(_ name: String, _ body: [UInt8]) -> HTTPStandIn.Answer? {
        guard var node = self.nodes[name],
            let steps = (try? JSONSerialization.jsonObject(with: Data(body))) as? [[String: Any]]
        else { return KubernetesStandIn.refusal(400, "no patch") }
        if self.behaviour.meddlings > 0 {
            self.behaviour.meddlings -= 1
            self.nodes[name]?.version += 1
            node.version += 1
        }
        for step in steps {
            switch (step["op"] as? String, step["path"] as? String) {
            case ("test", "/metadata/resourceVersion"):
                guard step["value"] as? String == "\(node.version)" else {
                    return KubernetesStandIn.refusal(
                        422,
                        "the server rejected our request due to an error in our request"
                    )
                }
            case ("add", "/spec/taints"):
                node.taints = step["value"] as? [[String: String]] ?? []
            case ("add", "/spec/taints/-"):
                guard !node.taints.isEmpty, let taint = step["value"] as? [String: String] else {
                    return KubernetesStandIn.refusal(422, "there is no such array")
                }
                node.taints.append(taint)
            case ("remove", let path?) where path.hasPrefix("/spec/taints/"):
                guard let index = Int(path.dropFirst("/spec/taints/".count)), node.taints.indices.contains(index) else {
                    return KubernetesStandIn.refusal(422, "there is no such index")
                }
                node.taints.remove(at: index)
            default: return KubernetesStandIn.refusal(400, "an unknown step")
            }
        }
        node.version += 1
        self.nodes[name] = node
        return nil
    }
}
