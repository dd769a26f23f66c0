// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.ControllerGetVolumeRequest`.
package struct ControllerGetVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = ""
    ) {
        self.volumeID = volumeID
    }
}

extension ControllerGetVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.ControllerGetVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_get_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerGetVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerGetVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.ControllerGetVolumeRequest.volume_id")
    }
}
