// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// That nothing is left of a volume: key r/<image id>, in the shard of the volume's record.
package struct StoredReceipt: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// An ErasureReceipt, byte for byte as it was signed.
    package var receipt: [UInt8]

    /// The Ed25519 signature of these bytes, and the key that verifies it; both empty if nobody has signed.
    package var signature: [UInt8]

    /// `public_key`, field 4.
    package var publicKey: [UInt8]

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        receipt: [UInt8] = [],
        signature: [UInt8] = [],
        publicKey: [UInt8] = []
    ) {
        self.format = format
        self.receipt = receipt
        self.signature = signature
        self.publicKey = publicKey
    }
}

extension StoredReceipt: WireMessage {
    package static let fullName = "locker.v1.StoredReceipt"
    package static let wireDescriptor = WireDescriptor(locker__v1__stored_receipt__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__StoredReceipt.self).pointee
        self.init()
        self.format = raw.format
        self.receipt = WireReading.bytes(raw.receipt)
        self.signature = WireReading.bytes(raw.signature)
        self.publicKey = WireReading.bytes(raw.public_key)
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__StoredReceipt.self)
        raw.pointee.format = self.format
        (raw.pointee.receipt.len, raw.pointee.receipt.data) = arena.bytes(self.receipt)
        (raw.pointee.signature.len, raw.pointee.signature.data) = arena.bytes(self.signature)
        (raw.pointee.public_key.len, raw.pointee.public_key.data) = arena.bytes(self.publicKey)
        self.unknownFields.write(to: wire, arena: arena)
    }
}
