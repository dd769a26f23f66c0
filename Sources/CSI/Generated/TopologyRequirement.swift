// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// Where a volume must, and would best, be reachable from.
package struct TopologyRequirement: Sendable, Hashable {
    /// `requisite`, field 1.
    package var requisite: [Topology]

    /// `preferred`, field 2.
    package var preferred: [Topology]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        requisite: [Topology] = [],
        preferred: [Topology] = []
    ) {
        self.requisite = requisite
        self.preferred = preferred
    }
}

extension TopologyRequirement: WireMessage {
    package static let fullName = "csi.v1.TopologyRequirement"
    package static let wireDescriptor = WireDescriptor(csi__v1__topology_requirement__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__TopologyRequirement.self).pointee
        self.init()
        self.requisite = WireReading.messages(raw.requisite, raw.n_requisite)
        self.preferred = WireReading.messages(raw.preferred, raw.n_preferred)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__TopologyRequirement.self)
        raw.pointee.n_requisite = self.requisite.count
        raw.pointee.requisite = try arena.messages(self.requisite, as: Csi__V1__Topology.self)
        raw.pointee.n_preferred = self.preferred.count
        raw.pointee.preferred = try arena.messages(self.preferred, as: Csi__V1__Topology.self)
    }
}
