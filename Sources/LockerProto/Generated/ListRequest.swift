// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.ListRequest`.
package struct ListRequest: Sendable, Hashable {
    /// A message with these fields; what is left out has its proto3 default.
    package init() {}
}

extension ListRequest: WireMessage {
    package static let fullName = "locker.data.v1.ListRequest"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__list_request__init)

    package init(wire: UnsafeRawPointer) {
        self.init()
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {}
}
