// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.NodeGetVolumeStatsResponse`.
package struct NodeGetVolumeStatsResponse: Sendable, Hashable {
    /// `usage`, field 1.
    package var usage: [VolumeUsage]

    /// `volume_condition`, field 2.
    package var volumeCondition: VolumeCondition?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        usage: [VolumeUsage] = [],
        volumeCondition: VolumeCondition? = nil
    ) {
        self.usage = usage
        self.volumeCondition = volumeCondition
    }
}

extension NodeGetVolumeStatsResponse: WireMessage {
    package static let fullName = "csi.v1.NodeGetVolumeStatsResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_get_volume_stats_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetVolumeStatsResponse.self).pointee
        self.init()
        self.usage = WireReading.messages(raw.usage, raw.n_usage)
        self.volumeCondition = raw.volume_condition.map { VolumeCondition(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetVolumeStatsResponse.self)
        raw.pointee.n_usage = self.usage.count
        raw.pointee.usage = try arena.messages(self.usage, as: Csi__V1__VolumeUsage.self)
        if let value = self.volumeCondition {
            raw.pointee.volume_condition = try arena.message(value, as: Csi__V1__VolumeCondition.self)
        }
    }
}
