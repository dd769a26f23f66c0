// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// A volume that was copied at the end of its course's term, by the record that it had then. Everything else of it is in
/// the archive's own VolumeRecord.
package struct Archive: Sendable, Hashable {
    /// The volume: where its image was, the image's id, the name of its request, and when it was made.
    package var poolID: Int64

    /// `rados_namespace`, field 2.
    package var radosNamespace: String

    /// `image_id`, field 3.
    package var imageID: String

    /// `request_name`, field 4.
    package var requestName: String

    /// `created_at`, field 5.
    package var createdAt: Int64

    /// Milliseconds since 1970: when the copy was found to be whole, and until when it is kept at least.
    package var archivedAt: Int64

    /// `keep_until`, field 11.
    package var keepUntil: Int64

    /// SHA-256 of what both images held, encrypted as it was: of each object's worth (4 MiB) that is not all zeroes, its
    /// offset (8 bytes, big endian) and its bytes. docs/records.md has it.
    package var contentDigest: [UInt8]

    /// How many bytes that were.
    package var contentBytes: Int64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        poolID: Int64 = 0,
        radosNamespace: String = "",
        imageID: String = "",
        requestName: String = "",
        createdAt: Int64 = 0,
        archivedAt: Int64 = 0,
        keepUntil: Int64 = 0,
        contentDigest: [UInt8] = [],
        contentBytes: Int64 = 0
    ) {
        self.poolID = poolID
        self.radosNamespace = radosNamespace
        self.imageID = imageID
        self.requestName = requestName
        self.createdAt = createdAt
        self.archivedAt = archivedAt
        self.keepUntil = keepUntil
        self.contentDigest = contentDigest
        self.contentBytes = contentBytes
    }
}

extension Archive: WireMessage {
    package static let fullName = "locker.v1.Archive"
    package static let wireDescriptor = WireDescriptor(locker__v1__archive__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Archive.self).pointee
        self.init()
        self.poolID = raw.pool_id
        self.radosNamespace = WireReading.string(raw.rados_namespace)
        self.imageID = WireReading.string(raw.image_id)
        self.requestName = WireReading.string(raw.request_name)
        self.createdAt = raw.created_at
        self.archivedAt = raw.archived_at
        self.keepUntil = raw.keep_until
        self.contentDigest = WireReading.bytes(raw.content_digest)
        self.contentBytes = raw.content_bytes
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Archive.self)
        raw.pointee.pool_id = self.poolID
        raw.pointee.rados_namespace = try arena.string(self.radosNamespace, "locker.v1.Archive.rados_namespace")
        raw.pointee.image_id = try arena.string(self.imageID, "locker.v1.Archive.image_id")
        raw.pointee.request_name = try arena.string(self.requestName, "locker.v1.Archive.request_name")
        raw.pointee.created_at = self.createdAt
        raw.pointee.archived_at = self.archivedAt
        raw.pointee.keep_until = self.keepUntil
        (raw.pointee.content_digest.len, raw.pointee.content_digest.data) = arena.bytes(self.contentDigest)
        raw.pointee.content_bytes = self.contentBytes
        self.unknownFields.write(to: wire, arena: arena)
    }
}
