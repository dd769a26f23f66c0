// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.ListResponse`.
package struct ListResponse: Sendable, Hashable {
    /// `attached`, field 1.
    package var attached: [Attached]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        attached: [Attached] = []
    ) {
        self.attached = attached
    }
}

extension ListResponse: WireMessage {
    package static let fullName = "locker.data.v1.ListResponse"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__list_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__ListResponse.self).pointee
        self.init()
        self.attached = WireReading.messages(raw.attached, raw.n_attached)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__ListResponse.self)
        raw.pointee.n_attached = self.attached.count
        raw.pointee.attached = try arena.messages(self.attached, as: Locker__Data__V1__Attached.self)
    }
}
