// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// A volume's data encryption key, encrypted by a key-encryption key: object locker.key.<data key id> in the RADOS
/// namespace locker.keys of the volume's pool, omap key "wrapped".
package struct WrappedKey: Sendable, Hashable {
    /// `format`, field 1.
    package var format: UInt32

    /// Counts the changes, as in VolumeRecord.
    package var revision: UInt64

    /// As in VolumeRecord.
    package var dataKeyID: String

    /// `wrapping_key_id`, field 4.
    package var wrappingKeyID: String

    /// Of a key kek.N, AES-256-GCM: nonce (12 bytes), the data encryption key encrypted (32), tag (16). docs/records.md has
    /// what the tag covers besides. Of a key vault:KEY:vN, the text that Vault's transit engine gave: "vault:vN:...".
    package var sealedKey: [UInt8]

    /// What tells the wrapping key from another of its name.
    package var wrappingKeyFingerprint: String

    /// The keys that have wrapped it before, each as name#fingerprint.
    package var formerWrappingKeys: [String]

    /// Whose it is, for people. What the tag covers is taken from where the volume's record was found, not from here.
    package var recordKey: [UInt8]

    /// `rados_namespace`, field 11.
    package var radosNamespace: String

    /// `course`, field 12.
    package var course: String

    /// Milliseconds since 1970.
    package var wrappedAt: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        format: UInt32 = 0,
        revision: UInt64 = 0,
        dataKeyID: String = "",
        wrappingKeyID: String = "",
        sealedKey: [UInt8] = [],
        wrappingKeyFingerprint: String = "",
        formerWrappingKeys: [String] = [],
        recordKey: [UInt8] = [],
        radosNamespace: String = "",
        course: String = "",
        wrappedAt: Int64 = 0
    ) {
        self.format = format
        self.revision = revision
        self.dataKeyID = dataKeyID
        self.wrappingKeyID = wrappingKeyID
        self.sealedKey = sealedKey
        self.wrappingKeyFingerprint = wrappingKeyFingerprint
        self.formerWrappingKeys = formerWrappingKeys
        self.recordKey = recordKey
        self.radosNamespace = radosNamespace
        self.course = course
        self.wrappedAt = wrappedAt
    }
}

extension WrappedKey: WireMessage {
    package static let fullName = "locker.v1.WrappedKey"
    package static let wireDescriptor = WireDescriptor(locker__v1__wrapped_key__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__WrappedKey.self).pointee
        self.init()
        self.format = raw.format
        self.revision = raw.revision
        self.dataKeyID = WireReading.string(raw.data_key_id)
        self.wrappingKeyID = WireReading.string(raw.wrapping_key_id)
        self.sealedKey = WireReading.bytes(raw.sealed_key)
        self.wrappingKeyFingerprint = WireReading.string(raw.wrapping_key_fingerprint)
        self.formerWrappingKeys = WireReading.strings(raw.former_wrapping_keys, raw.n_former_wrapping_keys)
        self.recordKey = WireReading.bytes(raw.record_key)
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.course = WireReading.string(raw.course)
        self.wrappedAt = raw.wrapped_at
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__WrappedKey.self)
        raw.pointee.format = self.format
        raw.pointee.revision = self.revision
        raw.pointee.data_key_id = try arena.string(self.dataKeyID, "locker.v1.WrappedKey.data_key_id")
        raw.pointee.wrapping_key_id = try arena.string(self.wrappingKeyID, "locker.v1.WrappedKey.wrapping_key_id")
        (raw.pointee.sealed_key.len, raw.pointee.sealed_key.data) = arena.bytes(self.sealedKey)
        raw.pointee.wrapping_key_fingerprint = try arena.string(
            self.wrappingKeyFingerprint,
            "locker.v1.WrappedKey.wrapping_key_fingerprint"
        )
        raw.pointee.n_former_wrapping_keys = self.formerWrappingKeys.count
        raw.pointee.former_wrapping_keys = try arena.strings(
            self.formerWrappingKeys,
            "locker.v1.WrappedKey.former_wrapping_keys"
        )
        (raw.pointee.record_key.len, raw.pointee.record_key.data) = arena.bytes(self.recordKey)
        raw.pointee.rados_namespace = try arena.string(self.radosNamespace, "locker.v1.WrappedKey.rados_namespace")
        raw.pointee.course = try arena.string(self.course, "locker.v1.WrappedKey.course")
        raw.pointee.wrapped_at = self.wrappedAt
        self.unknownFields.write(to: wire, arena: arena)
    }
}
