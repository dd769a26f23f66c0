// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.ControllerUnpublishVolumeResponse`.
package struct ControllerUnpublishVolumeResponse: Sendable, Hashable {
    /// A message with these fields; what is left out has its proto3 default.
    package init() {}
}

extension ControllerUnpublishVolumeResponse: WireMessage {
    package static let fullName = "csi.v1.ControllerUnpublishVolumeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_unpublish_volume_response__init)

    package init(wire: UnsafeRawPointer) {
        self.init()
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {}
}
