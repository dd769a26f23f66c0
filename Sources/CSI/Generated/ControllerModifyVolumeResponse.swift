// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.ControllerModifyVolumeResponse`.
package struct ControllerModifyVolumeResponse: Sendable, Hashable {
    /// A message with these fields; what is left out has its proto3 default.
    package init() {}
}

extension ControllerModifyVolumeResponse: WireMessage {
    package static let fullName = "csi.v1.ControllerModifyVolumeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_modify_volume_response__init)

    package init(wire: UnsafeRawPointer) {
        self.init()
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {}
}
