// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.NodeGetVolumeStatsRequest`.
package struct NodeGetVolumeStatsRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `volume_path`, field 2.
    package var volumePath: String

    /// `staging_target_path`, field 3.
    package var stagingTargetPath: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        volumePath: String = "",
        stagingTargetPath: String = ""
    ) {
        self.volumeID = volumeID
        self.volumePath = volumePath
        self.stagingTargetPath = stagingTargetPath
    }
}

extension NodeGetVolumeStatsRequest: WireMessage {
    package static let fullName = "csi.v1.NodeGetVolumeStatsRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_get_volume_stats_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetVolumeStatsRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.volumePath = WireReading.string(raw.volume_path)
        self.stagingTargetPath = WireReading.string(raw.staging_target_path)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeGetVolumeStatsRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.NodeGetVolumeStatsRequest.volume_id")
        raw.pointee.volume_path = try arena.string(self.volumePath, "csi.v1.NodeGetVolumeStatsRequest.volume_path")
        raw.pointee.staging_target_path = try arena.string(
            self.stagingTargetPath,
            "csi.v1.NodeGetVolumeStatsRequest.staging_target_path"
        )
    }
}
