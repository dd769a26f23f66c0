// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// A run of bytes that has data, or has changed.
package struct BlockMetadata: Sendable, Hashable {
    /// `byte_offset`, field 1.
    package var byteOffset: Int64

    /// `size_bytes`, field 2.
    package var sizeBytes: Int64

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        byteOffset: Int64 = 0,
        sizeBytes: Int64 = 0
    ) {
        self.byteOffset = byteOffset
        self.sizeBytes = sizeBytes
    }
}

extension BlockMetadata: WireMessage {
    package static let fullName = "csi.v1.BlockMetadata"
    package static let wireDescriptor = WireDescriptor(csi__v1__block_metadata__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__BlockMetadata.self).pointee
        self.init()
        self.byteOffset = raw.byte_offset
        self.sizeBytes = raw.size_bytes
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__BlockMetadata.self)
        raw.pointee.byte_offset = self.byteOffset
        raw.pointee.size_bytes = self.sizeBytes
    }
}
