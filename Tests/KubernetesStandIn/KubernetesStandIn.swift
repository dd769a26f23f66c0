// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
package import HTTPStandIn
internal import NIOHTTP1
internal import Synchronization

/// A server that answers as Kubernetes' documented API does about nodes' leases and taints, for tests on machines without
/// Kubernetes. It is not Kubernetes; `make e2e` asks a real one.
///
/// Written from kubernetes.io/docs/reference: API concepts (lists in chunks, resource versions, patches), Lease v1, Node v1,
/// Status. Safe to use from any task.
package final class KubernetesStandIn: Sendable {
    /// What a test changes.
    package struct Behaviour: Sendable {
        /// The token it knows.
        package var token = "a-token"
        /// Statuses to answer the next requests with, whatever they are.
        package var refusals: [Int] = []
        /// Whether requests are taken and never answered.
        package var isSilent = false
        /// What every request is answered with instead, if anything.
        package var nonsense: String?
        /// How many entries a list has at most, whatever it is asked for.
        package var chunk = 500
        /// How many of the next patches find that somebody has changed the node just before.
        package var meddlings = 0
    }

    struct Node {
        var version = 1
        /// As the API has them, with fields that Locker does not know.
        var taints: [[String: String]] = []
    }

    struct State {
        var behaviour = Behaviour()
        /// A node's lease: what `renewTime` says.
        var leases: [String: String] = [:]
        var nodes: [String: Node] = [:]
        var seen: [String] = []
    }

    let state = Mutex(State())
    private let server = Mutex<HTTPStandIn?>(nil)

    private init() {}

    /// Starts one on loopback.
    package static func start(certificate: HTTPStandIn.Certificate) async throws -> KubernetesStandIn {
        let standIn = KubernetesStandIn()
        let server = try await HTTPStandIn.start(certificate: certificate) { standIn.answer($0) }
        standIn.server.withLock { $0 = server }
        return standIn
    }

    /// Where it listens.
    package var port: Int { self.server.withLock { $0?.port } ?? 0 }

    /// What it was asked so far: `GET /path?query`.
    package var seen: [String] { self.state.withLock { $0.seen } }

    /// How many connections it has accepted.
    package var connections: Int { self.server.withLock { $0?.connections } ?? 0 }

    /// Changes what it does.
    package func change(_ body: (inout Behaviour) -> Void) { self.state.withLock { body(&$0.behaviour) } }

    /// Makes a node, or renews its lease.
    package func renew(_ node: String, _ time: String) {
        self.state.withLock { state in
            state.leases[node] = time
            if state.nodes[node] == nil { state.nodes[node] = Node() }
        }
    }

    /// Gives a node a taint, as somebody else would.
    package func taint(_ node: String, _ fields: [String: String]) {
        self.state.withLock { state in
            state.nodes[node, default: Node()].taints.append(fields)
            state.nodes[node]?.version += 1
        }
    }

    /// A node's taints, each with all of its fields.
    package func taints(of node: String) -> [[String: String]] {
        self.state.withLock { $0.nodes[node]?.taints ?? [] }
    }

    /// Ends it.
    package func stop() async {
        await self.server.withLock { $0 }?.stop()
    }
}
