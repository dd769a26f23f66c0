// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.NodeUnpublishVolumeRequest`.
package struct NodeUnpublishVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `target_path`, field 2.
    package var targetPath: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        targetPath: String = ""
    ) {
        self.volumeID = volumeID
        self.targetPath = targetPath
    }
}

extension NodeUnpublishVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.NodeUnpublishVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_unpublish_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeUnpublishVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.targetPath = WireReading.string(raw.target_path)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeUnpublishVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.NodeUnpublishVolumeRequest.volume_id")
        raw.pointee.target_path = try arena.string(self.targetPath, "csi.v1.NodeUnpublishVolumeRequest.target_path")
    }
}
