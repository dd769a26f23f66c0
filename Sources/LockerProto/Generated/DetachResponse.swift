// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.DetachResponse`.
package struct DetachResponse: Sendable, Hashable {
    /// A message with these fields; what is left out has its proto3 default.
    package init() {}
}

extension DetachResponse: WireMessage {
    package static let fullName = "locker.data.v1.DetachResponse"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__detach_response__init)

    package init(wire: UnsafeRawPointer) {
        self.init()
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {}
}
