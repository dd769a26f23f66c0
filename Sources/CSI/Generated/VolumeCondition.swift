// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// Whether something is wrong with the volume, in words.
package struct VolumeCondition: Sendable, Hashable {
    /// `abnormal`, field 1.
    package var abnormal: Bool

    /// `message`, field 2.
    package var message: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        abnormal: Bool = false,
        message: String = ""
    ) {
        self.abnormal = abnormal
        self.message = message
    }
}

extension VolumeCondition: WireMessage {
    package static let fullName = "csi.v1.VolumeCondition"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_condition__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCondition.self).pointee
        self.init()
        self.abnormal = raw.abnormal != 0
        self.message = WireReading.string(raw.message)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeCondition.self)
        raw.pointee.abnormal = self.abnormal ? 1 : 0
        raw.pointee.message = try arena.string(self.message, "csi.v1.VolumeCondition.message")
    }
}
