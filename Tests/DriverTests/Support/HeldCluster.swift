// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A cluster of a test's own, whose OSD can be held: calls stay in flight for as long as the test likes.
struct HeldCluster: Sendable {
    let cluster: TestCluster
    private let osd: pid_t

    /// Lends one to `body`, and an installation on it.
    static func with(_ body: (HeldCluster, Installation) async throws -> Void) async throws {
        try await self.lend { held in
            try await Installation.with(held.cluster) { installation in
                defer { held.release() }
                try await body(held, installation)
            }
        }
    }

    /// Lends one to `body`, and a volume on it, as ``NodeStory/with(_:parameters:secrets:on:_:)`` does.
    static func with(
        _ capability: VolumeCapability,
        parameters: [String: String] = [:],
        _ body: (HeldCluster, NodeStory) async throws -> Void
    ) async throws {
        try await self.lend { held in
            try await NodeStory.with(capability, parameters: parameters, on: held.cluster) { story in
                defer { held.release() }
                try await body(held, story)
            }
        }
    }

    private static func lend(_ body: (HeldCluster) async throws -> Void) async throws {
        let cluster = try await TestCluster.start(manager: .no)
        do {
            let file = cluster.directory.appending("osd.0.pid")
            let text = try String(contentsOfFile: file.string, encoding: .utf8)
            let osd = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            try await body(HeldCluster(cluster: cluster, osd: osd))
        } catch {
            try await cluster.tearDown()
            throw error
        }
        try await cluster.tearDown()
    }

    /// Keeps the OSD from answering.
    func hold() { kill(self.osd, SIGSTOP) }

    /// Lets it go on.
    func release() { kill(self.osd, SIGCONT) }
}
