// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.RefreshRequest`.
package struct RefreshRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `image_id`, field 2.
    package var imageID: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        imageID: String = ""
    ) {
        self.volumeID = volumeID
        self.imageID = imageID
    }
}

extension RefreshRequest: WireMessage {
    package static let fullName = "locker.data.v1.RefreshRequest"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__refresh_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__RefreshRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.imageID = WireReading.string(raw.image_id)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__RefreshRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "locker.data.v1.RefreshRequest.volume_id")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.data.v1.RefreshRequest.image_id")
    }
}
