// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import TestSupport
internal import Testing

/// Who the plugin says it is, the same from each of its processes.
@Suite(.timeLimit(.minutes(2)))
struct IdentityTests {
    @Test("The controller tells its name, version and capabilities, and becomes ready")
    func controller() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller(options: ["--driver-name", "lab.example.org"])
            let info = try await controller.identity.getPluginInfo(GetPluginInfoRequest())
            #expect(info.name == "lab.example.org")
            #expect(!info.vendorVersion.isEmpty)
            try await Self.expectReady(controller)
        }
    }

    @Test("Controller and node tell the same capabilities, as one version has to")
    func sameEverywhere() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            _ = try await installation.data()
            let node = try await installation.node()
            let fromController = try await controller.identity.getPluginCapabilities(GetPluginCapabilitiesRequest())
            let fromNode = try await node.identity.getPluginCapabilities(GetPluginCapabilitiesRequest())
            #expect(fromController == fromNode)
            #expect(
                Set(fromController.capabilities.compactMap(\.kind)) == [
                    .service(.init(type: .controllerService)), .service(.init(type: .groupControllerService)),
                    .service(.init(type: .snapshotMetadataService)),
                    .service(.init(type: .volumeAccessibilityConstraints)),
                    .volumeExpansion(.init(type: .online)),
                ]
            )
            #expect(try await node.identity.getPluginInfo(GetPluginInfoRequest()).name == "rbd.locker.csi")
            try await Self.expectReady(node)
            let info = try await node.node.nodeGetInfo(NodeGetInfoRequest())
            #expect(info.nodeID == "n1")
        }
    }

    @Test("Each service tells what it can do, SINGLE_NODE_MULTI_WRITER on both")
    func capabilities() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let ofController = try await controller.controller.controllerGetCapabilities(.init()).capabilities
                .compactMap(\.kind)
            #expect(
                Set(ofController) == [
                    .rpc(.init(type: .createDeleteVolume)), .rpc(.init(type: .cloneVolume)),
                    .rpc(.init(type: .expandVolume)),
                    .rpc(.init(type: .singleNodeMultiWriter)), .rpc(.init(type: .createDeleteSnapshot)),
                    .rpc(.init(type: .getSnapshot)), .rpc(.init(type: .getVolume)), .rpc(.init(type: .listSnapshots)),
                    .rpc(.init(type: .listVolumes)), .rpc(.init(type: .listVolumesPublishedNodes)),
                    .rpc(.init(type: .volumeCondition)),
                    .rpc(.init(type: .publishUnpublishVolume)), .rpc(.init(type: .publishReadonly)),
                    .rpc(.init(type: .getCapacity)), .rpc(.init(type: .modifyVolume)),
                ]
            )
            _ = try await installation.data()
            let node = try await installation.node()
            let ofNode = try await node.node.nodeGetCapabilities(.init()).capabilities.compactMap(\.kind)
            #expect(
                Set(ofNode) == [
                    .rpc(.init(type: .stageUnstageVolume)), .rpc(.init(type: .getVolumeStats)),
                    .rpc(.init(type: .expandVolume)), .rpc(.init(type: .volumeCondition)),
                    .rpc(.init(type: .singleNodeMultiWriter)), .rpc(.init(type: .volumeMountGroup)),
                ]
            )
        }
    }

    @Test("With its own user it is ready once the cluster has answered it")
    func readyWithIdentity() async throws {
        try await Installation.alone { installation in
            try await Self.expectReady(try await installation.controller(hasIdentity: true))
        }
    }

    @Test(
        "With a dead monitor it is not ready, says so at once, and is ready when config.json is right",
        arguments: [
            false, true,
        ]
    )
    func deadMonitor(hasIdentity: Bool) async throws {
        try await Installation.alone { installation in
            let port = try FreePort.any()
            try installation.write(installation.configuration(monitors: ["127.0.0.1:\(port)"]), to: "config.json")
            let controller = try await installation.controller(hasIdentity: hasIdentity)
            for _ in 0..<20 {
                // The deadline is the check: a probe that waited for the monitor would miss it.
                let answer = try await controller.identity.probe(ProbeRequest(), timeout: .seconds(1))
                #expect(answer.ready == false)
            }
            try installation.write(
                installation.configuration(monitors: installation.cluster.monitors),
                to: "config.json"
            )
            try await Self.expectReady(controller)
        }
    }

    /// Waits until the plugin says that it is ready.
    private static func expectReady(_ process: LockerProcess) async throws {
        while try await process.identity.probe(ProbeRequest(), timeout: .seconds(1)).ready != true {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
