// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.GetPluginInfoRequest`.
package struct GetPluginInfoRequest: Sendable, Hashable {
    /// A message with these fields; what is left out has its proto3 default.
    package init() {}
}

extension GetPluginInfoRequest: WireMessage {
    package static let fullName = "csi.v1.GetPluginInfoRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_plugin_info_request__init)

    package init(wire: UnsafeRawPointer) {
        self.init()
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {}
}
