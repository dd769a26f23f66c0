// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// A volume as the orchestrator remembers it. volume_id is at most 128 bytes.
package struct Volume: Sendable, Hashable {
    /// `capacity_bytes`, field 1.
    package var capacityBytes: Int64

    /// `volume_id`, field 2.
    package var volumeID: String

    /// `volume_context`, field 3.
    package var volumeContext: [String: String]

    /// `content_source`, field 4.
    package var contentSource: VolumeContentSource?

    /// `accessible_topology`, field 5.
    package var accessibleTopology: [Topology]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        capacityBytes: Int64 = 0,
        volumeID: String = "",
        volumeContext: [String: String] = [:],
        contentSource: VolumeContentSource? = nil,
        accessibleTopology: [Topology] = []
    ) {
        self.capacityBytes = capacityBytes
        self.volumeID = volumeID
        self.volumeContext = volumeContext
        self.contentSource = contentSource
        self.accessibleTopology = accessibleTopology
    }
}

extension Volume: WireMessage {
    package static let fullName = "csi.v1.Volume"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__Volume.self).pointee
        self.init()
        self.capacityBytes = raw.capacity_bytes
        self.volumeID = WireReading.string(raw.volume_id)
        self.volumeContext = WireReading.map(raw.volume_context, raw.n_volume_context) { ($0.key, $0.value) }
        self.contentSource = raw.content_source.map { VolumeContentSource(wire: $0) }
        self.accessibleTopology = WireReading.messages(raw.accessible_topology, raw.n_accessible_topology)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__Volume.self)
        raw.pointee.capacity_bytes = self.capacityBytes
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.Volume.volume_id")
        raw.pointee.n_volume_context = self.volumeContext.count
        raw.pointee.volume_context = try arena.entries(
            self.volumeContext,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__Volume__VolumeContextEntry.self,
            "csi.v1.Volume.volume_context"
        )
        if let value = self.contentSource {
            raw.pointee.content_source = try arena.message(value, as: Csi__V1__VolumeContentSource.self)
        }
        raw.pointee.n_accessible_topology = self.accessibleTopology.count
        raw.pointee.accessible_topology = try arena.messages(self.accessibleTopology, as: Csi__V1__Topology.self)
    }
}
