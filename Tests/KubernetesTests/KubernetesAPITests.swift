// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import HTTPStandIn
internal import Kubernetes
internal import KubernetesStandIn
internal import SystemPackage
internal import Testing

/// What is asked of Kubernetes, and how its refusals, silences and changes are borne.
@Suite(.timeLimit(.minutes(2)))
struct KubernetesAPITests {
    private static let taint = NodeTaint.outOfService(by: "rbd.locker.csi")

    /// Lends a stand-in and an API on it, with an account's directory.
    private static func with(
        patience: Duration = .seconds(20),
        _ body: (KubernetesStandIn, KubernetesAPI, _ account: URL) async throws -> Void
    ) async throws {
        let account = FileManager.default.temporaryDirectory.appending(
            path: "account-\(UInt64.random(in: 0...UInt64.max))"
        )
        try FileManager.default.createDirectory(at: account, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: account) }
        let certificate = try await HTTPStandIn.Certificate.selfSigned("kubernetes")
        try Data(certificate.chain.utf8).write(to: account.appending(path: "ca.crt"))
        try Data("a-token\n".utf8).write(to: account.appending(path: "token"))
        let standIn = try await KubernetesStandIn.start(certificate: certificate)
        let access = KubernetesAccess(host: "127.0.0.1", port: "\(standIn.port)", directory: FilePath(account.path))
        let api = KubernetesAPI(access, patience: patience)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(standIn, api, account))
        } catch {
            outcome = .failure(error)
        }
        await api.shutDown()
        await standIn.stop()
        try outcome.get()
    }

    private static func refusal(_ body: () async throws -> Void) async -> KubernetesError? {
        await #expect(throws: KubernetesError.self) { try await body() }
    }

    @Test("All leases are read, chunk by chunk, over one connection")
    func leases() async throws {
        try await Self.with { (standIn, api, _) async throws in
            #expect(try await api.nodeLeases().isEmpty)
            let names = (1...7).map { "node-\($0)" }
            for name in names { standIn.renew(name, "time of \(name)") }
            standIn.change { $0.chunk = 3 }
            #expect(try await api.nodeLeases() == names.map { NodeLease(node: $0, renewed: "time of \($0)") })
            #expect(standIn.seen.count == 4)
            #expect(standIn.connections == 1)
        }
    }

    @Test("A taint joins those of others, with fields that Locker does not know, and goes alone")
    func taints() async throws {
        try await Self.with { (standIn, api, _) async throws in
            standIn.renew("bare", "1")
            standIn.renew("node", "1")
            let other = ["key": "dedicated", "effect": "NoSchedule", "timeAdded": "2026-09-01T08:00:00Z"]
            let mine = ["key": Self.taint.key, "value": "rbd.locker.csi", "effect": "NoExecute"]
            standIn.taint("node", other)
            for node in ["bare", "node"] {
                #expect(try await api.add(Self.taint, to: node))
                // It is there already.
                #expect(try await api.add(Self.taint, to: node))
            }
            #expect(standIn.taints(of: "bare") == [mine])
            #expect(standIn.taints(of: "node") == [other, mine])
            #expect(try await api.nodes(with: Self.taint) == ["bare", "node"])
            #expect(try await api.remove(Self.taint, from: "node"))
            #expect(try await !api.remove(Self.taint, from: "node"))
            #expect(standIn.taints(of: "node") == [other])
            #expect(try await api.nodes(with: Self.taint) == ["bare"])
        }
    }

    @Test("Somebody else's taint of the same kind is left to them")
    func othersTaint() async throws {
        try await Self.with { (standIn, api, _) async throws in
            standIn.renew("node", "1")
            let theirs = ["key": Self.taint.key, "value": "nodeshutdown", "effect": "NoExecute"]
            standIn.taint("node", theirs)
            #expect(try await !api.add(Self.taint, to: "node"))
            #expect(try await !api.remove(Self.taint, from: "node"))
            #expect(standIn.taints(of: "node") == [theirs])
        }
    }

    @Test("A node that others change meanwhile is read again, a few times")
    func meddling() async throws {
        try await Self.with { (standIn, api, _) async throws in
            standIn.renew("node", "1")
            standIn.change { $0.meddlings = 3 }
            #expect(try await api.add(Self.taint, to: "node"))
            #expect(standIn.taints(of: "node").count == 1)
            standIn.change { $0.meddlings = 100 }
            let error = await Self.refusal { _ = try await api.remove(Self.taint, from: "node") }
            #expect(error?.status == 422)
            #expect(standIn.taints(of: "node").count == 1)
        }
    }

    @Test("What is refused says what was asked and what the server said, and never the token")
    func refusals() async throws {
        try await Self.with { standIn, api, account in
            standIn.change { $0.refusals = [403] }
            let forbidden = await Self.refusal { _ = try await api.nodeLeases() }
            #expect(forbidden?.status == 403)
            #expect("\(forbidden!)".contains("GET /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"))
            #expect("\(forbidden!)".contains("made to fail"))
            let missing = await Self.refusal { _ = try await api.add(Self.taint, to: "gone") }
            #expect(missing?.status == 404)
            standIn.change { $0.nonsense = "<html>a-token</html>" }
            let nonsense = await Self.refusal { _ = try await api.nodeLeases() }
            #expect("\(nonsense!)".contains("does not speak"))
            standIn.change { $0.nonsense = nil }
            // A redirection is an answer, and not followed.
            standIn.change { $0.refusals = [307] }
            #expect(await Self.refusal { _ = try await api.nodeLeases() }?.status == 307)
            try Data("another-token".utf8).write(to: account.appending(path: "token"))
            let unknown = await Self.refusal { _ = try await api.nodeLeases() }
            #expect(unknown?.status == 401)
            for error in [forbidden, missing, nonsense, unknown] { #expect(!"\(error!)".contains("a-token")) }
            // kubelet has renewed it.
            standIn.change { $0.token = "another-token" }
            #expect(try await api.nodeLeases().isEmpty)
        }
    }

    @Test("A server that is silent, gone, or signed for by nobody that the cluster trusts is told apart from a refusal")
    func unreachable() async throws {
        try await Self.with(patience: .seconds(1)) { standIn, api, account in
            standIn.change { $0.isSilent = true }
            let silent = await Self.refusal { _ = try await api.nodeLeases() }
            #expect(silent?.status == nil && "\(silent!)".contains("does not answer"))
            standIn.change { $0.isSilent = false }
            let other = try await HTTPStandIn.Certificate.selfSigned("other")
            try Data(other.chain.utf8).write(to: account.appending(path: "ca.crt"))
            let untrusted = await Self.refusal { _ = try await api.nodeLeases() }
            #expect(untrusted?.status == nil && "\(untrusted!)".contains("CERTIFICATE_VERIFY_FAILED"))
            try Data("none".utf8).write(to: account.appending(path: "ca.crt"))
            let file = await Self.refusal { _ = try await api.nodeLeases() }
            #expect("\(file!)".contains("ca.crt holds no certificate"))
            try FileManager.default.removeItem(at: account.appending(path: "token"))
            let token = await Self.refusal { _ = try await api.nodeLeases() }
            #expect("\(token!)".contains("token cannot be read"))
        }
    }

    @Test(
        "Servers by name and by address, of both families",
        arguments: [
            ("10.96.0.1", "https://10.96.0.1:443"), ("fd00::1", "https://[fd00::1]:443"),
            ("kubernetes.default.svc", "https://kubernetes.default.svc:443"),
        ]
    )
    func servers(host: String, server: String) {
        #expect(KubernetesAccess(host: host, port: "443").server == server)
    }
}
