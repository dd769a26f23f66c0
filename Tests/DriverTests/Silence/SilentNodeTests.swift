// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Glibc
internal import HTTPStandIn
internal import Host
internal import KubernetesStandIn
internal import Locker
internal import LockerProto
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A node goes silent, and the controller gives it up by itself.
@Suite(.timeLimit(.minutes(10)))
struct SilentNodeTests {
    /// The options and variables of a controller that watches a stand-in's nodes, whose account it writes down.
    private static func options(
        _ standIn: KubernetesStandIn,
        _ certificate: HTTPStandIn.Certificate,
        _ installation: Installation
    ) throws -> (options: [String], environment: [String: String]) {
        try FileManager.default.createDirectory(
            atPath: installation.path("account").string,
            withIntermediateDirectories: true
        )
        try installation.write(certificate.chain, to: "account/ca.crt")
        try installation.write("a-token", to: "account/token")
        return (
            [
                "--fence-silent-nodes", "40", "--taint-silent-nodes", "--kubernetes-account",
                installation.path("account").string,
            ],
            ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(standIn.port)"]
        )
    }

    private static func wait(
        _ what: Comment,
        _ limit: Duration = .seconds(90),
        for isSo: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try await !isSo() {
            try #require(ContinuousClock.now < end, what)
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    @Test(
        "A node that is silent to Kubernetes is left alone while Ceph hears it, then fenced and tainted until it is back"
    )
    func silence() async throws {
        try await Installation.alone { installation in
            let certificate = try await HTTPStandIn.Certificate.selfSigned("kubernetes")
            let standIn = try await KubernetesStandIn.start(certificate: certificate)
            let told = try Self.options(standIn, certificate, installation)
            let controller = try await installation.controller(
                hasIdentity: true,
                options: told.options,
                environment: told.environment
            )
            let volume = try await controller.create(installation.plan(.filesystem()), of: installation)
            let (data, node) = (try await installation.data(), try await installation.node())
            try await controller.attach(volume)
            try await node.stage(volume)
            try await node.publish(volume)
            let writer = try await SyncedWriter.start(
                volume.target().appending("log"),
                threads: installation.cluster.threads
            )
            try await writer.waitForMore(than: 10)
            let client = try await #require(data.data.list(.init(), timeout: .seconds(10)).attached.first).clientAddress

            standIn.renew("n1", "once")
            let others = Task {
                for beat in 0... {
                    standIn.renew("n2", "beat \(beat)")
                    try await Task.sleep(for: .seconds(1))
                }
            }
            try await Self.wait("the node is found silent to Kubernetes alone") {
                try controller.output().contains("silent to Kubernetes, but not to Ceph")
            }
            #expect(standIn.taints(of: "n1").isEmpty)
            #expect(try await !installation.context.cluster.isBlocklisted(client))
            let count = writer.count
            try await writer.waitForMore(than: count)

            node.send(SIGSTOP)
            data.send(SIGSTOP)
            try await Self.wait("the node is given up") { !standIn.taints(of: "n1").isEmpty }
            #expect(
                standIn.taints(of: "n1") == [
                    ["key": "node.kubernetes.io/out-of-service", "value": "rbd.locker.csi", "effect": "NoExecute"]
                ]
            )
            #expect(standIn.taints(of: "n2").isEmpty)
            #expect(try await installation.context.cluster.isBlocklisted(client))
            // Still its node's: that is Kubernetes' to change.
            await expectRefusal(.failedPrecondition, naming: "n1") { try await controller.attach(volume, to: "n2") }

            // A node that is back keeps the taint until its volumes were taken from it.
            data.send(SIGCONT)
            node.send(SIGCONT)
            await #expect(throws: SetUpError.self) { try await writer.waitForMore(than: .max) }
            standIn.renew("n1", "again")
            try await Task.sleep(for: .seconds(12))
            #expect(standIn.taints(of: "n1").count == 1)
            try await controller.detach(volume)
            try await Self.wait("the taint is taken back") { standIn.taints(of: "n1").isEmpty }
            others.cancel()

            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.delete(volume)
            try await Leftovers.waitUntilGone(installation.context)
            // Its connection to the server is closed when it ends.
            #expect(await controller.terminate() == 0)
            await standIn.stop()
        }
    }

    @Test(
        "Without Kubernetes, or a user to fence as, the controller says what is missing and does not start",
        arguments: [
            (true, "KUBERNETES_SERVICE_HOST"), (false, "--instance-config"),
        ]
    )
    func missing(hasIdentity: Bool, word: String) async throws {
        try await Installation.with { installation in
            var arguments = [
                "controller", "--endpoint", "unix://\(installation.path("s.sock"))", "--config",
                installation.path("config.json").string, "--instance-key", installation.path("instance-key").string,
                "--fence-silent-nodes", "60",
            ]
            if hasIdentity { arguments += ["--instance-config", installation.path("instance.json").string] }
            let environment =
                hasIdentity ? [:] : ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "1"]
            let ended = try await LockerProcess.run(arguments, log: installation.path("log"), environment: environment)
            #expect(ended.status != 0)
            #expect(ended.output.contains(word), "\(ended.output)")
        }
    }

    @Test(
        "Numbers of seconds that would give up nodes that are well are refused",
        arguments: [
            ["--fence-silent-nodes", "39"], ["--fence-silent-nodes", "86401"], ["--taint-silent-nodes"],
        ]
    )
    func refused(options: [String]) async throws {
        try await Installation.with { installation in
            let ended = try await LockerProcess.run(
                ["controller", "--instance-key", "/none", "--config", "/none"] + options,
                log: installation.path("log")
            )
            #expect(ended.status == 64)
            #expect(ended.output.contains("silent-nodes"), "\(ended.output)")
        }
    }
}
