// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from data.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `locker.data.v1.RefreshResponse`.
package struct RefreshResponse: Sendable, Hashable {
    /// `size_bytes`, field 1.
    package var sizeBytes: Int64

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        sizeBytes: Int64 = 0
    ) {
        self.sizeBytes = sizeBytes
    }
}

extension RefreshResponse: WireMessage {
    package static let fullName = "locker.data.v1.RefreshResponse"
    package static let wireDescriptor = WireDescriptor(locker__data__v1__refresh_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__RefreshResponse.self).pointee
        self.init()
        self.sizeBytes = raw.size_bytes
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__Data__V1__RefreshResponse.self)
        raw.pointee.size_bytes = self.sizeBytes
    }
}
