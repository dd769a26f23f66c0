// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from registration.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `pluginregistration.InfoRequest`.
package struct InfoRequest: Sendable, Hashable {
    /// A message with these fields; what is left out has its proto3 default.
    package init() {}
}

extension InfoRequest: WireMessage {
    package static let fullName = "pluginregistration.InfoRequest"
    package static let wireDescriptor = WireDescriptor(pluginregistration__info_request__init)

    package init(wire: UnsafeRawPointer) {
        self.init()
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {}
}
