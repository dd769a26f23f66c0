// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.CreateVolumeResponse`.
package struct CreateVolumeResponse: Sendable, Hashable {
    /// `volume`, field 1.
    package var volume: Volume?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volume: Volume? = nil
    ) {
        self.volume = volume
    }
}

extension CreateVolumeResponse: WireMessage {
    package static let fullName = "csi.v1.CreateVolumeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__create_volume_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeResponse.self).pointee
        self.init()
        self.volume = raw.volume.map { Volume(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CreateVolumeResponse.self)
        if let value = self.volume {
            raw.pointee.volume = try arena.message(value, as: Csi__V1__Volume.self)
        }
    }
}
