// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Rados
internal import SystemPackage
internal import Testing

/// Places: what a node tells of itself, and what a volume's answer says.
@Suite(.timeLimit(.minutes(3)))
struct TopologyTests {
    private static let prefix = "topology.rbd.locker.csi"

    @Test("A node tells its labels, or the one that every node has, and how many volumes it takes")
    func node() async throws {
        try await Installation.with { installation in
            _ = try await installation.data()
            let rows: [(options: [String], segments: [String: String])] = [
                ([], ["\(Self.prefix)/plugin": "present"]),
                (
                    ["--topology", "region=east,rack=r7"],
                    ["\(Self.prefix)/region": "east", "\(Self.prefix)/rack": "r7"]
                ),
            ]
            for row in rows {
                let node = try await installation.node(options: row.options)
                let info = try await node.node.nodeGetInfo(NodeGetInfoRequest())
                #expect(info.accessibleTopology?.segments == row.segments)
                #expect(info.maxVolumesPerNode > 10 && info.maxVolumesPerNode <= 65536)
                await node.terminate()
            }
            let node = try await installation.node(options: ["--max-volumes-per-node", "7"])
            #expect(try await node.node.nodeGetInfo(NodeGetInfoRequest()).maxVolumesPerNode == 7)
        }
    }

    @Test(
        "Labels that cannot be are said before anything is started",
        arguments: [
            ["--topology", "region"], ["--topology", "region=east,"], ["--topology", "region=e ast"],
            ["--topology", "a=1,A=2"], ["--topology", "=east"], ["--max-volumes-per-node", "0"],
            ["--driver-name", String(repeating: "a", count: 55)],
        ]
    )
    func wrongLabels(_ options: [String]) async throws {
        try await Installation.with { installation in
            let arguments = [
                "node", "--node-id", "n1", "--state-dir", installation.path("n1").string, "--endpoint",
                "unix://\(installation.path("n1.sock"))", "--config", installation.path("config.json").string,
                "--data-socket", "unix://\(installation.path("d.sock"))",
            ]
            let (status, output) = try await LockerProcess.run(
                arguments + options,
                log: installation.path("refused")
            )
            #expect(status != 0 && output.contains(options[0]), "\(output)")
        }
    }

    @Test("A volume of a class with places says where it can be reached from, and one without says nothing")
    func volume() async throws {
        try await Installation.with { installation in
            let controller = try await installation.controller()
            let everywhere = try await controller.controller.createVolume(installation.plan().request)
            #expect(everywhere.volume?.accessibleTopology == [])

            var plan = installation.plan()
            plan.parameters["pool"] = nil
            plan.parameters["topologyConstrainedPools"] =
                #"[{"poolName":"\#(installation.context.poolName)","domainSegments":"#
                + #"[{"domainLabel":"region","value":"east"}]}]"#
            let (east, west) = (
                Topology(segments: ["\(Self.prefix)/region": "east", "\(Self.prefix)/rack": "r7"]),
                Topology(segments: ["\(Self.prefix)/region": "west"])
            )
            var request = plan.request
            request.accessibilityRequirements = TopologyRequirement(requisite: [west, east], preferred: [west])
            let answer = try await controller.controller.createVolume(request)
            let volume = try MadeVolume(answer, to: plan, in: installation.directory)
            #expect(answer.volume?.accessibleTopology == [Topology(segments: ["\(Self.prefix)/region": "east"])])
            #expect(volume.context["pool"] == installation.context.poolName)
            request.accessibilityRequirements = TopologyRequirement(requisite: [west])
            await expectRefusal(.alreadyExists, naming: "accessibility_requirements") {
                try await controller.controller.createVolume(request)
            }
            request.name = "another"
            await expectRefusal(.resourceExhausted, naming: installation.context.poolName, "region=west") {
                try await controller.controller.createVolume(request)
            }
            request.accessibilityRequirements = TopologyRequirement(preferred: [Topology()])
            await expectRefusal(.invalidArgument, naming: "preferred[0]") {
                try await controller.controller.createVolume(request)
            }
            // What a class without places makes can be reached from any.
            var plain = installation.plan().request
            plain.accessibilityRequirements = TopologyRequirement(requisite: [west])
            #expect(try await controller.controller.createVolume(plain).volume?.accessibleTopology == [])
            for (place, isThere) in [(east, true), (west, false)] {
                let capacity = try await controller.capacity(
                    GetCapacityRequest(parameters: plan.parameters, accessibleTopology: place)
                )
                #expect((capacity.availableCapacity > 0) == isThere)
            }
            // The node finds it by its pool, as any other.
            _ = try await installation.data()
            let node = try await installation.node(options: ["--topology", "region=east"])
            try await node.stage(volume)
            try await node.unstage(volume)
            try await controller.delete(volume)
        }
    }
}
