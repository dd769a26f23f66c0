// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.GetMetadataDeltaResponse`.
package struct GetMetadataDeltaResponse: Sendable, Hashable {
    /// `block_metadata_type`, field 1.
    package var blockMetadataType: BlockMetadataType

    /// `volume_capacity_bytes`, field 2.
    package var volumeCapacityBytes: Int64

    /// `block_metadata`, field 3.
    package var blockMetadata: [BlockMetadata]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        blockMetadataType: BlockMetadataType = .init(rawValue: 0),
        volumeCapacityBytes: Int64 = 0,
        blockMetadata: [BlockMetadata] = []
    ) {
        self.blockMetadataType = blockMetadataType
        self.volumeCapacityBytes = volumeCapacityBytes
        self.blockMetadata = blockMetadata
    }
}

extension GetMetadataDeltaResponse: WireMessage {
    package static let fullName = "csi.v1.GetMetadataDeltaResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_metadata_delta_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetMetadataDeltaResponse.self).pointee
        self.init()
        self.blockMetadataType = .init(rawValue: Int32(bitPattern: raw.block_metadata_type.rawValue))
        self.volumeCapacityBytes = raw.volume_capacity_bytes
        self.blockMetadata = WireReading.messages(raw.block_metadata, raw.n_block_metadata)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetMetadataDeltaResponse.self)
        raw.pointee.block_metadata_type = .init(rawValue: UInt32(bitPattern: self.blockMetadataType.rawValue))
        raw.pointee.volume_capacity_bytes = self.volumeCapacityBytes
        raw.pointee.n_block_metadata = self.blockMetadata.count
        raw.pointee.block_metadata = try arena.messages(self.blockMetadata, as: Csi__V1__BlockMetadata.self)
    }
}
