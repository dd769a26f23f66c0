// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Glibc
internal import Locker
internal import LockerProto
internal import Redaction
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A volume's life on a node, with a controller and a data process that live through all of it.
final class NodeStory: Sendable {
    let installation: Installation
    let controller: LockerProcess
    let data: LockerProcess
    let volume: MadeVolume

    /// What the volume is known to hold.
    private let work = Mutex<VolumeFile?>(nil)

    private init(installation: Installation, controller: LockerProcess, data: LockerProcess, volume: MadeVolume) {
        self.installation = installation
        self.controller = controller
        self.data = data
        self.volume = volume
    }

    /// Makes a volume for `body`.
    ///
    /// - Parameters:
    ///   - parameters: of its class, besides those that every class needs.
    ///   - secrets: of its class, likewise.
    ///   - cluster: one that belongs to the test; without it, that of all tests.
    static func with(
        _ capability: VolumeCapability,
        parameters: [String: String] = [:],
        secrets: [String: Secret] = [:],
        on cluster: TestCluster? = nil,
        _ body: (NodeStory) async throws -> Void
    ) async throws {
        try await Installation.with(cluster) { installation in
            let controller = try await installation.controller()
            var plan = installation.plan(capability)
            plan.parameters.merge(parameters) { $1 }
            plan.secrets.merge(secrets) { $1 }
            let volume = try await controller.create(plan, of: installation)
            let data = try await installation.data()
            try await body(
                NodeStory(installation: installation, controller: controller, data: data, volume: volume)
            )
        }
    }

    /// Stages the volume with a node process that ends afterwards, having written to the volume if it was published.
    func stage(publishing: Bool = false, thenUnpublishing: Bool = false) async throws {
        let node = try await self.installation.node()
        try await node.stage(self.volume)
        if publishing {
            try await node.publish(self.volume)
            try await self.use(node)
            if thenUnpublishing { try await node.unpublish(self.volume) }
        }
        await node.terminate()
    }

    /// Makes a call of a node process that kills itself at a step, and again of the next one.
    ///
    /// - Returns: the process that answered.
    func interrupt(at step: String, _ call: (LockerProcess) async throws -> Void) async throws -> LockerProcess {
        let killed = try await self.installation.node(killedAt: step)
        await #expect(throws: RPCError.self) { try await call(killed) }
        try #require(await killed.wait() == 128 + SIGKILL)
        let node = try await self.installation.node()
        try await call(node)
        return node
    }

    /// Where a pod finds the volume's file, or its device.
    private var place: FilePath {
        let target = self.volume.target()
        return self.volume.plan.capability.isBlock ? target : target.appending("work")
    }

    /// Does what a pod does with a published volume: reads what is there, writes something new.
    func use(_ node: LockerProcess) async throws {
        if let before = self.work.withLock({ $0 }) { #expect(try before.isWhole(at: self.place)) }
        let file = try VolumeFile(writingTo: self.place)
        self.work.withLock { $0 = file }
        let answer = try await node.statistics(self.volume)
        #expect(answer.volumeCondition?.abnormal == false, "\(answer.volumeCondition?.message ?? "no condition")")
    }

    /// That what was written last is found where a volume with a filesystem is published.
    func expectWork(at target: FilePath, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let work = try #require(self.work.withLock { $0 }, sourceLocation: sourceLocation)
        #expect(try work.isWhole(at: target.appending("work")), sourceLocation: sourceLocation)
    }

    /// The client that the volume's record names: what a fence would take from the first node.
    func notedClient() async throws -> String? {
        let handle = try #require(try VolumeHandle(reading: self.volume.id))
        return try await self.claims.claim(of: handle, in: self.installation.context)?.clientAddress
    }

    private var claims: Attachments {
        Attachments(layouts: LayoutCache(), node: NodeIdentity(nodeID: "n1", bootID: ""))
    }

    /// The client that serves the volume on the first node.
    func servingClient() async throws -> String {
        let devices = try await self.data.data.list(.init(), timeout: .seconds(10)).attached
        return try #require(devices.first { $0.volumeID == self.volume.id }).clientAddress
    }

    /// After NodeUnstageVolume: that the node has nothing of the volume, that its data is there when it is staged
    /// again, and that deleting it leaves nothing in the cluster.
    ///
    /// - Parameter data: the node's data process, if it is not the story's any more.
    func finish(_ node: LockerProcess, data: LockerProcess? = nil) async throws {
        try await self.stageAgain(node, data: data)
        try await self.controller.delete(self.volume)
        try await Leftovers.waitUntilGone(self.installation.context)
    }

    /// Another volume of the same installation, with the same processes.
    func beside(_ capability: VolumeCapability, parameters: [String: String]) async throws -> NodeStory {
        var plan = self.installation.plan(capability)
        plan.parameters.merge(parameters) { $1 }
        let volume = try await self.controller.create(plan, of: self.installation)
        return NodeStory(
            installation: self.installation,
            controller: self.controller,
            data: self.data,
            volume: volume
        )
    }

    /// After NodeUnstageVolume: that the node has nothing of the volume, and that its data is there when it is staged
    /// again.
    func stageAgain(_ node: LockerProcess, data: LockerProcess? = nil) async throws {
        try await self.expectNothingOnNode(data: data)
        if let work = self.work.withLock({ $0 }) {
            try await node.stage(self.volume)
            try await node.publish(self.volume)
            #expect(try work.isWhole(at: self.place))
            try await node.unpublish(self.volume)
            try await node.unstage(self.volume)
            try await self.expectNothingOnNode(data: data)
        }
    }

    /// That the node has nothing of the volume.
    func expectNothingOnNode(data: LockerProcess? = nil) async throws {
        let left = try await Leftovers.onNode(
            of: self.volume,
            data: data ?? self.data,
            installation: self.installation
        )
        #expect(left.isEmpty)
    }
}
