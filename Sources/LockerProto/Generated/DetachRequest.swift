// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.DetachRequest`.
package struct DetachRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// The device is not ended when something holds it: the answer is FAILED_PRECONDITION and names the holder.
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

extension DetachRequest: WireMessage {
    package static let fullName = "locker.data.v1.DetachRequest"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__detach_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__DetachRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.imageID = WireReading.string(raw.image_id)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__DetachRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "locker.data.v1.DetachRequest.volume_id")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.data.v1.DetachRequest.image_id")
    }
}
