// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.NodeUnstageVolumeRequest`.
package struct NodeUnstageVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `staging_target_path`, field 2.
    package var stagingTargetPath: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        stagingTargetPath: String = ""
    ) {
        self.volumeID = volumeID
        self.stagingTargetPath = stagingTargetPath
    }
}

extension NodeUnstageVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.NodeUnstageVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_unstage_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeUnstageVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.stagingTargetPath = WireReading.string(raw.staging_target_path)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeUnstageVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.NodeUnstageVolumeRequest.volume_id")
        raw.pointee.staging_target_path = try arena.string(
            self.stagingTargetPath,
            "csi.v1.NodeUnstageVolumeRequest.staging_target_path"
        )
    }
}
