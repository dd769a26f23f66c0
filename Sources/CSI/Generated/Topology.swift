// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// A place: one value for each of the segments that describe it.
package struct Topology: Sendable, Hashable {
    /// `segments`, field 1.
    package var segments: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        segments: [String: String] = [:]
    ) {
        self.segments = segments
    }
}

extension Topology: WireMessage {
    package static let fullName = "csi.v1.Topology"
    package static let wireDescriptor = WireDescriptor(csi__v1__topology__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__Topology.self).pointee
        self.init()
        self.segments = WireReading.map(raw.segments, raw.n_segments) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__Topology.self)
        raw.pointee.n_segments = self.segments.count
        raw.pointee.segments = try arena.entries(
            self.segments,
            in: Self.wireDescriptor,
            field: 1,
            as: Csi__V1__Topology__SegmentsEntry.self,
            "csi.v1.Topology.segments"
        )
    }
}
