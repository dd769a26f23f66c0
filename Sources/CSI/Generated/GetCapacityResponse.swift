// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
internal import GoogleWire
package import ProtobufC

/// Bytes.
package struct GetCapacityResponse: Sendable, Hashable {
    /// `available_capacity`, field 1.
    package var availableCapacity: Int64

    /// `maximum_volume_size`, field 2.
    package var maximumVolumeSize: Int64?

    /// `minimum_volume_size`, field 3.
    package var minimumVolumeSize: Int64?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        availableCapacity: Int64 = 0,
        maximumVolumeSize: Int64? = nil,
        minimumVolumeSize: Int64? = nil
    ) {
        self.availableCapacity = availableCapacity
        self.maximumVolumeSize = maximumVolumeSize
        self.minimumVolumeSize = minimumVolumeSize
    }
}

extension GetCapacityResponse: WireMessage {
    package static let fullName = "csi.v1.GetCapacityResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_capacity_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetCapacityResponse.self).pointee
        self.init()
        self.availableCapacity = raw.available_capacity
        self.maximumVolumeSize = raw.maximum_volume_size.map { $0.pointee.value }
        self.minimumVolumeSize = raw.minimum_volume_size.map { $0.pointee.value }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetCapacityResponse.self)
        raw.pointee.available_capacity = self.availableCapacity
        if let value = self.maximumVolumeSize {
            let wrapped = arena.structure(in: Self.wireDescriptor, field: 2, as: Google__Protobuf__Int64Value.self)
            wrapped.pointee.value = value
            raw.pointee.maximum_volume_size = wrapped
        }
        if let value = self.minimumVolumeSize {
            let wrapped = arena.structure(in: Self.wireDescriptor, field: 3, as: Google__Protobuf__Int64Value.self)
            wrapped.pointee.value = value
            raw.pointee.minimum_volume_size = wrapped
        }
    }
}
