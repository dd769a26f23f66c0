// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Kubernetes
internal import Locker
internal import Logging
internal import Metrics

/// Gives up nodes that are silent to Kubernetes and to Ceph (`--fence-silent-nodes`): fences the clients that have their
/// volumes mapped, and then, if it may, gives them the taint by which Kubernetes moves their pods.
///
/// Everything it does can be done twice, so each replica of the controller does it.
struct SilentNodes: Sendable {
    /// How often leases are looked at.
    static let interval: Duration = .seconds(5)

    let api: KubernetesAPI
    /// `nil` if Kubernetes is to be told by somebody else.
    let taint: NodeTaint?
    let volumes: Volumes
    let places: @Sendable () async throws -> [RecordPlace]
    let patience: Duration
    let logger: Logger
    let count: Counter

    /// What was told already, and what is to be undone.
    private struct Memory {
        var isBlind = false
        var isDoubtful = false
        /// The silent nodes that are fenced, and tainted if they are to be.
        var givenUp: Set<String> = []
        /// The silent nodes that Ceph still hears.
        var connected: Set<String> = []
        /// The nodes that have our taint; `nil` before they were looked for.
        var tainted: Set<String>?
        var failures: [String: String] = [:]
    }

    /// Looks until its task is cancelled.
    func run() async throws {
        var watch = LeaseWatch(patience: self.patience, blindness: Self.interval * 3)
        var memory = Memory()
        while true {
            if let findings = try await self.look(&watch, &memory) {
                await self.act(on: findings, &memory)
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    /// A look at the leases; `nil` if there was none.
    private func look(_ watch: inout LeaseWatch, _ memory: inout Memory) async throws -> LeaseWatch.Findings? {
        do {
            let leases = try await self.api.nodeLeases()
            if let taint, memory.tainted == nil { memory.tainted = Set(try await self.api.nodes(with: taint)) }
            if memory.isBlind { self.logger.info("Nodes' leases can be read again") }
            memory.isBlind = false
            return watch.observe(leases, at: .now)
        } catch let error as CancellationError {
            throw error
        } catch {
            if !memory.isBlind {
                self.logger.warning(
                    "Nodes' leases cannot be read: no node is given up meanwhile",
                    metadata: ["error": "\(error)"]
                )
            }
            memory.isBlind = true
            return nil
        }
    }

    private func act(on findings: LeaseWatch.Findings, _ memory: inout Memory) async {
        let silent = Set(findings.silent)
        memory.givenUp.formIntersection(silent)
        memory.connected.formIntersection(silent)
        for node in memory.tainted ?? [] where findings.heard.contains(node) {
            await self.attempt("take the taint from node \(node)", of: node, &memory) { memory in
                try await self.takeBack(node, &memory)
            }
        }
        guard findings.isCredible else {
            if !memory.isDoubtful {
                self.logger.warning(
                    "Most nodes are silent at once: none is given up",
                    metadata: ["silent": "\(silent.count)", "heard": "\(findings.heard.count)"]
                )
            }
            memory.isDoubtful = true
            return
        }
        memory.isDoubtful = false
        for node in findings.silent where !memory.givenUp.contains(node) {
            await self.attempt("give up node \(node)", of: node, &memory) { memory in
                try await self.giveUp(node, &memory)
            }
        }
    }

    /// Does something about a node; a failure is logged once, and it is tried again at the next look.
    private func attempt(
        _ action: String,
        of node: String,
        _ memory: inout Memory,
        _ body: (inout Memory) async throws -> Void
    ) async {
        do {
            try await body(&memory)
            memory.failures[node] = nil
        } catch {
            guard !Task.isCancelled, memory.failures[node] != "\(error)" else { return }
            memory.failures[node] = "\(error)"
            self.logger.warning("Could not \(action) yet", metadata: ["node.id": "\(node)", "error": "\(error)"])
        }
    }

    private func giveUp(_ node: String, _ memory: inout Memory) async throws {
        switch try await self.volumes.fence(node: node, in: self.places()) {
        case .unused:
            // Nothing of Locker's is at stake there.
            break
        case .connected(let clients):
            if memory.connected.insert(node).inserted {
                self.logger.warning(
                    "A node is silent to Kubernetes, but not to Ceph: it is left alone as long as that is so",
                    metadata: ["node.id": "\(node)", "clients": "\(clients.count)"]
                )
            }
            return
        case .fenced(let volumes):
            self.count.increment()
            self.logger.warning(
                "A silent node was fenced",
                metadata: [
                    "node.id": "\(node)", "volumes": "\(volumes)", "silent.s": "\(self.patience.components.seconds)",
                ]
            )
            if let taint {
                if try await self.api.add(taint, to: node) { memory.tainted?.insert(node) }
                self.logger.warning(
                    "A silent node was given up: Kubernetes moves its pods",
                    metadata: ["node.id": "\(node)", "taint": "\(taint)"]
                )
            }
        }
        memory.givenUp.insert(node)
    }

    /// Takes the taint from a node that is back, once its pods' volumes were taken from it.
    private func takeBack(_ node: String, _ memory: inout Memory) async throws {
        guard let taint else { return }
        guard try await self.volumes.isFree(ofFencedVolumes: node, in: self.places()) else { return }
        memory.tainted?.remove(node)
        guard try await self.api.remove(taint, from: node) else { return }
        self.logger.info("A node that was given up is back", metadata: ["node.id": "\(node)"])
    }
}
