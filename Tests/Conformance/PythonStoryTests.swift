// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Redaction
internal import Subprocess
internal import SystemPackage
internal import TestSupport
internal import Testing

extension Conformance {
    /// A client that shares nothing with us, grpcio, goes through a volume's whole story.
    struct PythonStoryTests {
        private struct Facts: Encodable {
            let socket: String
            let directory: String
            let size: Int64
            let parameters: [String: String]
            let secrets: [String: String]
        }

        @Test("GE-17: A volume's whole story, told by a client in Python, every call twice")
        func story() async throws {
            let peer = try Peer.inUse()
            let facts = Facts(
                socket: peer.socket.string,
                directory: peer.directory.appending(peer.name("story")).string,
                size: peer.size,
                parameters: peer.parameters,
                secrets: peer.secrets.mapValues { $0.reveal() }
            )
            let root = RepositoryRoot.path
            let check = try await run(
                .path(root.appending("dev/python.sh")),
                arguments: ["--check", root.appending(".venv").string],
                output: .discarded,
                error: .string(limit: 1 << 16)
            )
            try #require(check.terminationStatus.isSuccess, "dev/python.sh makes the Python: \(check.standardError)")
            let told = try await run(
                .path(root.appending(".venv/bin/python")),
                arguments: [root.appending("Tests/Conformance/Fixtures/story.py").string],
                input: .string(String(decoding: try JSONEncoder().encode(facts), as: UTF8.self)),
                output: .string(limit: 1 << 16),
                error: .string(limit: 1 << 16)
            )
            let steps = told.standardOutput.split(separator: "\n").map(String.init)
            #expect(told.terminationStatus.isSuccess, "\(told.standardError)")
            #expect(steps.last == "done", "\(steps)")
        }
    }
}
