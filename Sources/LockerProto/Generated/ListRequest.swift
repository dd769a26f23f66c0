// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.ListRequest`.
package struct ListRequest: Sendable, Hashable {
    /// The one volume to tell of, if it is attached; empty for all.
    package var volumeID: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = ""
    ) {
        self.volumeID = volumeID
    }
}

extension ListRequest: WireMessage {
    package static let fullName = "locker.data.v1.ListRequest"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__list_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__ListRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__ListRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "locker.data.v1.ListRequest.volume_id")
    }
}
