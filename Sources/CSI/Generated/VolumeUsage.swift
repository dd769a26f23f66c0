// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// How much is used, of bytes or of inodes.
package struct VolumeUsage: Sendable, Hashable {
    /// `available`, field 1.
    package var available: Int64

    /// `total`, field 2.
    package var total: Int64

    /// `used`, field 3.
    package var used: Int64

    /// `unit`, field 4.
    package var unit: VolumeUsage.Unit

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        available: Int64 = 0,
        total: Int64 = 0,
        used: Int64 = 0,
        unit: VolumeUsage.Unit = .init(rawValue: 0)
    ) {
        self.available = available
        self.total = total
        self.used = used
        self.unit = unit
    }

    /// The values of `Unit`; others survive as their numbers.
    package struct Unit: WireEnum {
        /// The number on the wire.
        package let rawValue: Int32

        /// The value with a number.
        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// `UNKNOWN`.
        package static let unknown = Self(rawValue: 0)

        /// `BYTES`.
        package static let bytes = Self(rawValue: 1)

        /// `INODES`.
        package static let inodes = Self(rawValue: 2)

        /// Every value with its name in the proto file.
        package static let names: [(value: Self, name: String)] = [
            (.unknown, "UNKNOWN"),
            (.bytes, "BYTES"),
            (.inodes, "INODES"),
        ]
    }
}

extension VolumeUsage: WireMessage {
    package static let fullName = "csi.v1.VolumeUsage"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_usage__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeUsage.self).pointee
        self.init()
        self.available = raw.available
        self.total = raw.total
        self.used = raw.used
        self.unit = .init(rawValue: Int32(bitPattern: raw.unit.rawValue))
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeUsage.self)
        raw.pointee.available = self.available
        raw.pointee.total = self.total
        raw.pointee.used = self.used
        raw.pointee.unit = .init(rawValue: UInt32(bitPattern: self.unit.rawValue))
    }
}
