// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// Bytes; 0 leaves a bound open, both 0 is an error.
package struct CapacityRange: Sendable, Hashable {
    /// `required_bytes`, field 1.
    package var requiredBytes: Int64

    /// `limit_bytes`, field 2.
    package var limitBytes: Int64

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        requiredBytes: Int64 = 0,
        limitBytes: Int64 = 0
    ) {
        self.requiredBytes = requiredBytes
        self.limitBytes = limitBytes
    }
}

extension CapacityRange: WireMessage {
    package static let fullName = "csi.v1.CapacityRange"
    package static let wireDescriptor = WireDescriptor(csi__v1__capacity_range__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CapacityRange.self).pointee
        self.init()
        self.requiredBytes = raw.required_bytes
        self.limitBytes = raw.limit_bytes
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__CapacityRange.self)
        raw.pointee.required_bytes = self.requiredBytes
        raw.pointee.limit_bytes = self.limitBytes
    }
}
