// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// A node that has made itself known: object locker.nodes in a pool's default namespace, key
/// <name of the driver>/<node id>.
package struct NodeRecord: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// `node_id`, field 2.
    package var nodeID: String

    /// `boot_id`, field 3.
    package var bootID: String

    /// `max_volumes`, field 4.
    package var maxVolumes: Int64

    /// `topology`, field 5.
    package var topology: [String: String]

    /// Milliseconds since 1970, on the node's clock.
    package var seenAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        nodeID: String = "",
        bootID: String = "",
        maxVolumes: Int64 = 0,
        topology: [String: String] = [:],
        seenAt: Int64 = 0
    ) {
        self.format = format
        self.nodeID = nodeID
        self.bootID = bootID
        self.maxVolumes = maxVolumes
        self.topology = topology
        self.seenAt = seenAt
    }
}

extension NodeRecord: WireMessage {
    package static let fullName = "locker.v1.NodeRecord"
    package static let wireDescriptor = WireDescriptor(locker__v1__node_record__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__NodeRecord.self).pointee
        self.init()
        self.format = raw.format
        self.nodeID = WireReading.string(raw.node_id)
        self.bootID = WireReading.string(raw.boot_id)
        self.maxVolumes = raw.max_volumes
        self.topology = WireReading.map(raw.topology, raw.n_topology) { ($0.key, $0.value) }
        self.seenAt = raw.seen_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__NodeRecord.self)
        raw.pointee.format = self.format
        raw.pointee.node_id = try arena.string(self.nodeID, "locker.v1.NodeRecord.node_id")
        raw.pointee.boot_id = try arena.string(self.bootID, "locker.v1.NodeRecord.boot_id")
        raw.pointee.max_volumes = self.maxVolumes
        raw.pointee.n_topology = self.topology.count
        raw.pointee.topology = try arena.entries(
            self.topology,
            in: Self.wireDescriptor,
            field: 5,
            as: Locker__V1__NodeRecord__TopologyEntry.self,
            "locker.v1.NodeRecord.topology"
        )
        raw.pointee.seen_at = self.seenAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
