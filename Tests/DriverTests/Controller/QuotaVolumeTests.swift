// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Locker
internal import RBD
internal import Rados
internal import Testing

/// Quotas over the socket: what the provisioner and the resizer are answered.
@Suite(.timeLimit(.minutes(5)))
struct QuotaVolumeTests {
    @Test("Over a quota it is RESOURCE_EXHAUSTED, with all numbers, and the same call is answered once there is room")
    func messages() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let course = "algorithms-\(installation.context.namespace)"
            func plan(_ mebibytes: Int64, name: String? = nil) -> VolumePlan {
                var plan = installation.plan(bytes: mebibytes << 20)
                plan.name = name ?? plan.name
                plan.parameters["course"] = course
                plan.parameters["studentQuota"] = "96Mi"
                plan.parameters["courseVolumes"] = "2"
                return plan
            }
            let first = try await controller.create(plan(64), of: installation)
            let tooMuch = plan(64)
            await expectRefusal(
                .resourceExhausted,
                naming: "student \"student-1\" of course \"\(course)\" has 64 MiB (67108864 bytes), wants 64 MiB"
                    + " (67108864 bytes) more and may have 96 MiB (100663296 bytes)",
                "lockerctl quota set --course \(course) --student student-1 --bytes 128Mi",
                in: "create"
            ) { try await controller.create(tooMuch, of: installation) }
            await expectRefusal(.resourceExhausted, naming: "wants 36 MiB (37748736 bytes) more", in: "expand") {
                try await controller.expand(first, to: 100 << 20)
            }
            var copied = plan(64)
            copied.source = first.source
            await expectRefusal(.resourceExhausted, naming: "wants 64 MiB", in: "clone") {
                try await controller.create(copied, of: installation)
            }
            let snapshot = try await first.snapshot(by: controller)
            var restored = plan(64)
            restored.source = snapshot
            await expectRefusal(.resourceExhausted, naming: "wants 64 MiB", in: "restore") {
                try await controller.create(restored, of: installation)
            }
            #expect(try await installation.context.images().map(\.name) == [first.imageName])
            let small = try await controller.create(plan(32), of: installation)
            await expectRefusal(
                .resourceExhausted,
                naming: "student \"student-1\"",
                "96 MiB",
                in: "a third volume"
            ) { try await controller.create(plan(32), of: installation) }
            let quotas = CourseQuotas(course: course, io: installation.context)
            _ = try await quotas.set(of: "student-1") { $0.bytes = 1 << 30 }
            await expectRefusal(
                .resourceExhausted,
                naming:
                    "course \"\(course)\" has 2 volumes, student \"student-1\" wants 1 volume more, and the course may"
                    + " have 2 volumes",
                "lockerctl quota set --course \(course) --volumes 3",
                in: "the course's volumes"
            ) { try await controller.create(tooMuch, of: installation) }
            try await controller.delete(small)
            let second = try await controller.create(tooMuch, of: installation)
            #expect(try await controller.create(tooMuch, of: installation).id == second.id)
        }
    }

    @Test("A class' quota needs a course, and values that can be read")
    func parameters() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            for (parameters, words) in [
                (["studentQuota": "20Gi"], "parameter course"),
                (["course": "a", "studentQuota": "much"], "studentQuota"),
                (["course": "a", "courseVolumes": "-1"], "courseVolumes"),
            ] {
                var plan = installation.plan()
                plan.parameters.merge(parameters) { $1 }
                await expectRefusal(.invalidArgument, naming: words, in: words) {
                    try await controller.create(plan, of: installation)
                }
            }
            var nobody = installation.plan()
            nobody.parameters.merge(["course": "a-\(installation.context.namespace)", "studentVolumes": "2"]) { $1 }
            nobody.parameters["csi.storage.k8s.io/pvc/namespace"] = nil
            await expectRefusal(.invalidArgument, naming: "--extra-create-metadata") {
                try await controller.create(nobody, of: installation)
            }
        }
    }
}
