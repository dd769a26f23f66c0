// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.AttachResponse`.
package struct AttachResponse: Sendable, Hashable {
    /// `attached`, field 1.
    package var attached: Attached?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        attached: Attached? = nil
    ) {
        self.attached = attached
    }
}

extension AttachResponse: WireMessage {
    package static let fullName = "locker.data.v1.AttachResponse"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__attach_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__AttachResponse.self).pointee
        self.init()
        self.attached = raw.attached.map { Attached(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__AttachResponse.self)
        if let value = self.attached {
            raw.pointee.attached = try arena.message(value, as: Locker__Data__V1__Attached.self)
        }
    }
}
