// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import RBD
internal import Rados
internal import Testing

/// CreateVolume: sizes to the byte, one volume for one name, whoever asks how often.
@Suite(.timeLimit(.minutes(10)))
struct CreateVolumeTests {
    /// What is asked for, and what comes of it.
    struct Size: Sendable, CustomTestStringConvertible {
        let required: Int64
        let limit: Int64
        let bytes: Int64
        var testDescription: String { "\(self.required)...\(self.limit) makes \(self.bytes)" }
    }

    private static let object: Int64 = 4 << 20

    @Test("A size is what was asked for, in whole objects where there is room")
    func sizes() async throws {
        let sizes = [
            Size(required: 64 << 20, limit: 0, bytes: 64 << 20),
            Size(required: (64 << 20) + 1, limit: 0, bytes: (64 << 20) + Self.object),
            Size(required: (64 << 20) + 1, limit: (64 << 20) + 4096, bytes: (64 << 20) + 512),
            Size(required: (64 << 20) + 512, limit: (64 << 20) + 512, bytes: (64 << 20) + 512),
            Size(required: 0, limit: 64 << 20, bytes: 64 << 20),
            Size(required: 1, limit: 0, bytes: Self.object),
            Size(required: 1 << 40, limit: 0, bytes: 1 << 40),
        ]
        try await Installation.with { installation in
            let controller = try await installation.controller()
            for size in sizes {
                var request = installation.plan().request
                request.capacityRange = CapacityRange(requiredBytes: size.required, limitBytes: size.limit)
                let volume = try #require(try await controller.controller.createVolume(request).volume)
                #expect(volume.capacityBytes == size.bytes, "\(size)")
                let image = try #require(volume.volumeContext["imageName"])
                let actual = try await installation.context.withImage(.name(image), readOnly: true) { try $0.size }
                #expect(actual == size.bytes, "\(size)")
            }
        }
    }

    @Test("Without a range the class' default counts, and 1 GiB without that")
    func defaultSize() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            var request = installation.plan().request
            request.capacityRange = nil
            #expect(try await controller.controller.createVolume(request).volume?.capacityBytes == 1 << 30)
            request.name = "other"
            request.parameters["defaultSize"] = "\(20 << 20)"
            #expect(try await controller.controller.createVolume(request).volume?.capacityBytes == 20 << 20)
        }
    }

    @Test("XFS gets the 300 MiB that it needs, whatever is asked for")
    func smallestXFS() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let plan = installation.plan(.filesystem("xfs"), bytes: 1 << 20)
            #expect(try await controller.create(plan, of: installation).capacity == 300 << 20)
        }
    }

    @Test("The answer names the volume's place, and the handle is short enough for Kubernetes")
    func answer() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let volume = try await controller.create(installation.plan(), of: installation)
            #expect(volume.id.utf8.count <= 128)
            #expect(volume.context["clusterID"] == Installation.clusterID)
            #expect(volume.context["pool"] == installation.context.poolName)
            #expect(volume.context["radosNamespace"] == installation.context.namespace)
            #expect(try await installation.context.images().map(\.name) == [volume.imageName])
        }
    }

    @Test("A repeat answers the same volume; the same name with other wishes is refused, saying what differs")
    func repeats() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let plan = installation.plan(.filesystem(), bytes: 64 << 20)
            let volume = try await controller.create(plan, of: installation)
            #expect(try await controller.create(plan, of: installation).id == volume.id)
            var within = plan.request
            within.capacityRange = CapacityRange(requiredBytes: 1, limitBytes: 64 << 20)
            #expect(try await controller.controller.createVolume(within).volume?.volumeID == volume.id)

            var larger = plan.request
            larger.capacityRange = CapacityRange(requiredBytes: 128 << 20)
            var smaller = plan.request
            smaller.capacityRange = CapacityRange(limitBytes: 32 << 20)
            var block = plan.request
            block.volumeCapabilities = [.rawBlock()]
            var features = plan.request
            features.parameters["imageFeatures"] = "layering"
            let rows: [(CreateVolumeRequest, String)] = [
                (larger, "\(64 << 20)"), (smaller, "\(64 << 20)"), (block, "capabilities"), (features, "imageFeatures"),
            ]
            for (request, words) in rows {
                await expectRefusal(.alreadyExists, naming: words, plan.name, in: words) {
                    try await controller.controller.createVolume(request)
                }
            }
            #expect(try await installation.context.images().count == 1)
        }
    }

    @Test("64 identical requests at once make one volume")
    func concurrent() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let plan = installation.plan()
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<64 {
                    group.addTask { try await controller.create(plan, of: installation).id }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(try await installation.context.images().count == 1)
        }
    }

    @Test("Two controllers that are asked for the same volumes at once make each of them once")
    func twoControllers() async throws {
        try await Installation.with { installation in
            let controllers = [
                try await installation.controller(name: "c1"), try await installation.controller(name: "c2"),
            ]
            let plans = (0..<8).map { _ in installation.plan() }
            let ids = try await withThrowingTaskGroup(of: [String].self) { group in
                for controller in controllers {
                    group.addTask {
                        var ids: [String] = []
                        for plan in plans { ids.append(try await controller.insist(on: plan, of: installation).id) }
                        return ids
                    }
                }
                return try await group.reduce(into: [[String]]()) { $0.append($1) }
            }
            #expect(ids[0] == ids[1])
            #expect(try await installation.context.images().count == plans.count)
        }
    }
}
