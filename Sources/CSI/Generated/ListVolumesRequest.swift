// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// max_entries 0 sets no limit; starting_token is a former next_token.
package struct ListVolumesRequest: Sendable, Hashable {
    /// `max_entries`, field 1.
    package var maxEntries: Int32

    /// `starting_token`, field 2.
    package var startingToken: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        maxEntries: Int32 = 0,
        startingToken: String = ""
    ) {
        self.maxEntries = maxEntries
        self.startingToken = startingToken
    }
}

extension ListVolumesRequest: WireMessage {
    package static let fullName = "csi.v1.ListVolumesRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__list_volumes_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesRequest.self).pointee
        self.init()
        self.maxEntries = raw.max_entries
        self.startingToken = WireReading.string(raw.starting_token)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesRequest.self)
        raw.pointee.max_entries = self.maxEntries
        raw.pointee.starting_token = try arena.string(self.startingToken, "csi.v1.ListVolumesRequest.starting_token")
    }
}
