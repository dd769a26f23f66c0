// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import GRPCCore
internal import Testing

extension Conformance {
    /// Who the plugin is, and what it says it can do.
    struct IdentityTests {
        @Test("ID-1: The name is a domain name of at most 63 characters, and there is a version")
        func name() async throws {
            let info = try await Peer.inUse().identity.getPluginInfo(.init(), timeout: Peer.patience)
            #expect(info.name.count <= 63)
            #expect(info.name.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?/) != nil, "\(info.name)")
            #expect(!info.vendorVersion.isEmpty)
        }

        @Test("ID-2: Plugin capabilities are known ones, once each, and the Controller service is among them")
        func capabilities() throws {
            let offers = try Peer.inUse().offers
            #expect(offers.services.contains(.controllerService))
            #expect(Set(offers.services).count == offers.services.count)
            #expect(offers.services.allSatisfy { (1...4).contains($0.rawValue) })
            #expect(offers.expansions.allSatisfy { (1...2).contains($0.rawValue) })
        }

        @Test("ID-3: A healthy plugin is ready, in the end")
        func probe() async throws {
            let peer = try Peer.inUse()
            // Not ready yet is an answer too; the test's time limit ends a wait for what never happens.
            while try await peer.identity.probe(.init(), timeout: Peer.patience).ready == false {
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        @Test("CA-1: The Controller's capabilities are known ones, once each")
        func controller() throws {
            let offered = try Peer.inUse().offers.controller
            #expect(offered.contains(.createDeleteVolume))
            #expect(Set(offered).count == offered.count)
            #expect(offered.allSatisfy { (1...15).contains($0.rawValue) })
        }

        @Test("CA-2: The Node's capabilities are known ones, once each")
        func node() throws {
            let offered = try Peer.inUse().offers.node
            #expect(Set(offered).count == offered.count)
            #expect(offered.allSatisfy { (1...6).contains($0.rawValue) })
        }

        @Test("CA-3: LIST_VOLUMES_PUBLISHED_NODES comes with PUBLISH_UNPUBLISH_VOLUME and LIST_VOLUMES")
        func publishedNodes() throws {
            let peer = try Peer.inUse()
            try peer.require([.publishedNodes])
            #expect(Need.publish.isMet(by: peer))
            #expect(Need.list.isMet(by: peer))
        }

        @Test("CA-4: VOLUME_CONDITION of the Controller comes with a call that tells it")
        func condition() throws {
            let peer = try Peer.inUse()
            try peer.require([.condition])
            #expect(Need.list.isMet(by: peer) || Need.getVolume.isMet(by: peer))
        }

        @Test("CA-5: A group controller says what it can do, and it is known")
        func groups() throws {
            let peer = try Peer.inUse()
            guard peer.offers.services.contains(.groupControllerService) else {
                try Test.cancel("the endpoint does not advertise GROUP_CONTROLLER_SERVICE")
            }
            #expect(peer.offers.group == [.createDeleteGetVolumeGroupSnapshot])
        }

        @Test("CA-6: What is not advertised is UNIMPLEMENTED")
        func unimplemented() async throws {
            let peer = try Peer.inUse()
            let strange = Peer.strangeID
            let calls: [(Need, () async throws -> Void)] = [
                (.publish, { _ = try await peer.controller.controllerPublishVolume(.init(volumeID: strange)) }),
                (.publish, { _ = try await peer.controller.controllerUnpublishVolume(.init(volumeID: strange)) }),
                (.list, { _ = try await peer.controller.listVolumes(.init()) }),
                (.capacity, { _ = try await peer.controller.getCapacity(.init()) }),
                (.snapshots, { _ = try await peer.controller.createSnapshot(.init(name: strange)) }),
                (.snapshots, { _ = try await peer.controller.deleteSnapshot(.init(snapshotID: strange)) }),
                (.listSnapshots, { _ = try await peer.controller.listSnapshots(.init()) }),
                (.getSnapshot, { _ = try await peer.controller.getSnapshot(.init(snapshotID: strange)) }),
                (.expand, { _ = try await peer.controller.controllerExpandVolume(.init(volumeID: strange)) }),
                (.getVolume, { _ = try await peer.controller.controllerGetVolume(.init(volumeID: strange)) }),
                (.modify, { _ = try await peer.controller.controllerModifyVolume(.init(volumeID: strange)) }),
                (.stage, { _ = try await peer.nodes.nodeStageVolume(.init(volumeID: strange)) }),
                (.statistics, { _ = try await peer.nodes.nodeGetVolumeStats(.init(volumeID: strange)) }),
                (.nodeExpand, { _ = try await peer.nodes.nodeExpandVolume(.init(volumeID: strange)) }),
                (.groups, { _ = try await peer.groups.createVolumeGroupSnapshot(.init(name: strange)) }),
                (.groups, { _ = try await peer.groups.deleteVolumeGroupSnapshot(.init(groupSnapshotID: strange)) }),
                (.groups, { _ = try await peer.groups.getVolumeGroupSnapshot(.init(groupSnapshotID: strange)) }),
                (.metadata, { try await peer.metadata.getMetadataAllocated(.init(snapshotID: strange)) { _ in } }),
                (.metadata, { try await peer.metadata.getMetadataDelta(.init(baseSnapshotID: strange)) { _ in } }),
            ]
            for (need, call) in calls where !need.isMet(by: peer) {
                await refused(.unimplemented, in: need.rawValue) { try await call() }
            }
        }

        @Test("NI-1: The node has an id and no negative limit")
        func nodeInfo() throws {
            let node = try Peer.inUse().node
            #expect((1...256).contains(node.nodeID.utf8.count))
            #expect(node.maxVolumesPerNode >= 0)
        }

        @Test("NI-2, SA-1: With VOLUME_ACCESSIBILITY_CONSTRAINTS the node says where it is, in legal words")
        func topology() throws {
            let peer = try Peer.inUse()
            try peer.require([.topology])
            let topology = try #require(peer.node.accessibleTopology)
            #expect(!topology.segments.isEmpty)
            let word = /[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?/
            for (key, value) in topology.segments {
                let parts = key.split(separator: "/")
                #expect((1...2).contains(parts.count), "\(key)")
                for part in parts { #expect(part.count <= 63 && part.wholeMatch(of: word) != nil, "\(key)") }
                #expect(value.count <= 63 && value.wholeMatch(of: word) != nil, "\(value)")
            }
            #expect(Set(topology.segments.keys.map { $0.lowercased() }).count == topology.segments.count)
        }
    }
}
