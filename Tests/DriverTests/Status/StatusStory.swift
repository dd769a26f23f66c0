// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A department in the middle of a term, and its controller's status page: a volume that is mounted, one that is
/// attached, quotas that are nearly used up or are, a deleted volume that waits.
struct StatusStory: Sendable {
    let installation: Installation
    let controller: LockerProcess
    let port: Int

    /// Where pictures of its page go; `nil` where none are wanted.
    static var pictures: String? { ProcessInfo.processInfo.environment["LOCKER_SCREENSHOTS"] }

    /// A claim's name that wants to be markup.
    static let evil = #"<script>alert("1")</script>'&"#

    /// Lends one on a cluster of its own.
    static func with(_ body: (StatusStory) async throws -> Void) async throws {
        try await Installation.alone { installation in
            let port = try FreePort.any()
            let controller = try await installation.controller(
                hasIdentity: true,
                options: ["--status-listen", "127.0.0.1:\(port)"]
            )
            let story = StatusStory(installation: installation, controller: controller, port: port)
            let data = try await installation.data()
            let node = try await installation.node()
            let mounted = try await story.make("os-2026", "kim-minji", 20, quota: "40Gi")
            try await controller.attach(mounted)
            try await node.stage(mounted)
            try await body(story)
            try await node.unstage(mounted)
            for process in [node, data] { await process.terminate() }
        }
    }

    /// A volume of a student, in GiB.
    func make(
        _ course: String,
        _ student: String,
        _ gibibytes: Int64,
        quota: String,
        claim: String = "homework"
    ) async throws -> MadeVolume {
        var plan = self.installation.plan(bytes: gibibytes << 30)
        plan.parameters.merge([
            "course": course, "studentQuota": quota, "courseQuota": "200Gi", "courseVolumes": "600",
            "csi.storage.k8s.io/pvc/name": claim, "csi.storage.k8s.io/pvc/namespace": student,
        ]) { $1 }
        return try await self.controller.create(plan, of: self.installation)
    }

    /// The rest of the department: other students, another course, a volume whose erasure waits for the OSDs.
    ///
    /// - Returns: the name of the volume whose erasure waits.
    func furnish() async throws -> String {
        let attached = try await self.make("os-2026", "lee-seojun", 30, quota: "40Gi")
        try await self.controller.attach(attached, to: "lab-node-07")
        _ = try await self.make("os-2026", "park-jiwoo", 34, quota: "40Gi", claim: Self.evil)
        _ = try await self.make("os-2026", "choi-yuna", 40, quota: "40Gi")
        _ = try await self.make("os-2026", "jung-hajun", 5, quota: "40Gi")
        for student in ["kim-minji", "han-doyun"] { _ = try await self.make("db-2026", student, 10, quota: "40Gi") }

        let admin = try await self.installation.cluster.connect(as: self.installation.cluster.admin)
        _ = try await admin.monitorCommand(["prefix": "osd set", "key": "nosnaptrim"])
        await admin.close()
        let gone = try await self.make("db-2026", "seo-eunwoo", 12, quota: "40Gi")
        let io = self.installation.context
        try await io.withImage(.name(gone.imageName), readOnly: false) { image in
            try image.write(offset: 0, [1])
            try image.createSnapshot("once")
            try image.write(offset: 0, [2])
        }
        try await io.withImage(.name(gone.imageName), readOnly: false) { try $0.removeSnapshot("once") }
        try await self.controller.delete(gone)
        while true {
            let listed = try await self.installation.lockerctl(
                ["erasure", "list", "--pending"],
                namespace: io.namespace
            )
            if listed.output.contains("trimming") { return gone.plan.name }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Lets the OSDs trim again, so that the erasure ends.
    func trim() async throws {
        let admin = try await self.installation.cluster.connect(as: self.installation.cluster.admin)
        _ = try await admin.monitorCommand(["prefix": "osd unset", "key": "nosnaptrim"])
        await admin.close()
    }

    /// A page, its head and its body.
    func page(_ path: String) async throws -> (head: String, body: String) {
        let answer = try await RawSocket.get(path, port: self.port)
        let end = try #require(answer.range(of: "\r\n\r\n"), "\(answer)")
        return (String(answer[..<end.lowerBound]), String(answer[end.upperBound...]))
    }

    /// The page for programs.
    func document(_ query: String = "") async throws -> [String: Any] {
        let body = try await self.page("/status.json\(query)").body
        return try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any], "\(body)")
    }
}
