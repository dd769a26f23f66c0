// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from registration.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `pluginregistration.RegistrationStatus`.
package struct RegistrationStatus: Sendable, Hashable {
    /// `plugin_registered`, field 1.
    package var pluginRegistered: Bool

    /// Why not.
    package var error: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        pluginRegistered: Bool = false,
        error: String = ""
    ) {
        self.pluginRegistered = pluginRegistered
        self.error = error
    }
}

extension RegistrationStatus: WireMessage {
    package static let fullName = "pluginregistration.RegistrationStatus"
    package static let wireDescriptor = WireDescriptor(pluginregistration__registration_status__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Pluginregistration__RegistrationStatus.self).pointee
        self.init()
        self.pluginRegistered = raw.plugin_registered != 0
        self.error = WireReading.string(raw.error)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Pluginregistration__RegistrationStatus.self)
        raw.pointee.plugin_registered = self.pluginRegistered ? 1 : 0
        raw.pointee.error = try arena.string(self.error, "pluginregistration.RegistrationStatus.error")
    }
}
