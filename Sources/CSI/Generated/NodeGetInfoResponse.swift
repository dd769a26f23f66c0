// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// node_id is at most 256 bytes; max_volumes_per_node 0 leaves it to the orchestrator.
package struct NodeGetInfoResponse: Sendable, Hashable {
    /// `node_id`, field 1.
    package var nodeID: String

    /// `max_volumes_per_node`, field 2.
    package var maxVolumesPerNode: Int64

    /// `accessible_topology`, field 3.
    package var accessibleTopology: Topology?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        nodeID: String = "",
        maxVolumesPerNode: Int64 = 0,
        accessibleTopology: Topology? = nil
    ) {
        self.nodeID = nodeID
        self.maxVolumesPerNode = maxVolumesPerNode
        self.accessibleTopology = accessibleTopology
    }
}

extension NodeGetInfoResponse: WireMessage {
    package static let fullName = "csi.v1.NodeGetInfoResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_get_info_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetInfoResponse.self).pointee
        self.init()
        self.nodeID = WireReading.string(raw.node_id)
        self.maxVolumesPerNode = raw.max_volumes_per_node
        self.accessibleTopology = raw.accessible_topology.map { Topology(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetInfoResponse.self)
        raw.pointee.node_id = try arena.string(self.nodeID, "csi.v1.NodeGetInfoResponse.node_id")
        raw.pointee.max_volumes_per_node = self.maxVolumesPerNode
        if let value = self.accessibleTopology {
            raw.pointee.accessible_topology = try arena.message(value, as: Csi__V1__Topology.self)
        }
    }
}
