// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import GRPCCore
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// That no key is seen anywhere, however much is logged.
@Suite(.timeLimit(.minutes(5)))
struct SecretTests {
    @Test("A volume's whole life at --log-level trace shows no key: not in logs, errors, metrics, files, arguments")
    func story() async throws {
        try await Installation.with { installation in
            let right = installation.cluster.csi.key.reveal()
            let wrong = "AQBvZ2VsAAAAABAAb2dlbGJlaXNzdHZvZ2VsIQ=="
            let malformed = "hunter2-is-no-cephx-key"
            let instance = "correct-horse-battery-staple"
            let ports = [try FreePort.any(), try FreePort.any()]
            let controller = try await installation.controller(options: ["--http-endpoint", "127.0.0.1:\(ports[0])"])
            let data = try await installation.data()
            let node = try await installation.node(options: ["--http-endpoint", "127.0.0.1:\(ports[1])"])

            var seen: [String] = []
            let plan = installation.plan().encrypted(in: installation)
            let volume = try await controller.create(plan, of: installation)
            for key in [wrong, malformed] {
                var create = installation.plan().request
                create.secrets["userKey"] = Secret(key)
                seen.append(
                    await expectRefusal(.unauthenticated, in: key) {
                        try await controller.controller.createVolume(create)
                    }
                )
                var stage = volume.stage()
                stage.secrets["userKey"] = Secret(key)
                seen.append(
                    await expectRefusal(.unauthenticated, in: key) { try await node.node.nodeStageVolume(stage) }
                )
            }
            try await node.stage(volume)
            try await node.publish(volume)
            _ = try await node.statistics(volume)
            seen += try Self.files(of: installation)
            seen += try Self.arguments()
            for port in ports { seen.append(try await RawSocket.get("/metrics", port: port)) }
            try await node.unpublish(volume)
            try await node.unstage(volume)
            try await controller.delete(volume)
            for process in [node, data, controller] { await process.terminate() }
            let log = try controller.output()
            // That there was something to look through.
            #expect(log.contains("Volume staged") && log.contains("Call refused"))
            #expect(seen.contains { $0.contains("csi_plugin_operations_seconds") })
            for key in [right, wrong, malformed, instance, EncryptedClass.key(1)] {
                #expect(!log.contains(key), "a key is in the log")
                #expect(!seen.contains { $0.contains(key) }, "a key is to be seen")
            }
        }
    }

    /// What is in the installation's files and file names, but for those that the keys are given in.
    private static func files(of installation: Installation) throws -> [String] {
        let root = installation.directory.string
        let names = try FileManager.default.subpathsOfDirectory(atPath: root)
        return try names.filter { name in
            var isDirectory: ObjCBool = false
            return !["key", "instance-key"].contains(name) && !name.hasPrefix("kubelet-") && !name.hasSuffix(".sock")
                && !name.contains("/volumes/")
                && FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }.map { name in
            "\(name): \(String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)")), as: UTF8.self))"
        }
    }

    /// The arguments of every process there is.
    private static func arguments() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { process in
            // A process may end while it is looked at.
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
