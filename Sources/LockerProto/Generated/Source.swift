// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// What a volume was made from.
package struct Source: Sendable, Hashable {
    /// The handle of a snapshot or of a volume, or the id of an archive's image: at most one of all is set.
    package var snapshotID: String

    /// `volume_id`, field 2.
    package var volumeID: String

    /// The course's template, "image@snapshot".
    package var templateImage: String

    /// The image of the archive that the volume was restored from.
    package var archiveImageID: String

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        snapshotID: String = "",
        volumeID: String = "",
        templateImage: String = "",
        archiveImageID: String = ""
    ) {
        self.snapshotID = snapshotID
        self.volumeID = volumeID
        self.templateImage = templateImage
        self.archiveImageID = archiveImageID
    }
}

extension Source: WireMessage {
    package static let fullName = "locker.v1.Source"
    package static let wireDescriptor = WireDescriptor(locker__v1__source__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Source.self).pointee
        self.init()
        self.snapshotID = WireReading.string(raw.snapshot_id)
        self.volumeID = WireReading.string(raw.volume_id)
        self.templateImage = WireReading.string(raw.template_image)
        self.archiveImageID = WireReading.string(raw.archive_image_id)
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__Source.self)
        raw.pointee.snapshot_id = try arena.string(self.snapshotID, "locker.v1.Source.snapshot_id")
        raw.pointee.volume_id = try arena.string(self.volumeID, "locker.v1.Source.volume_id")
        raw.pointee.template_image = try arena.string(self.templateImage, "locker.v1.Source.template_image")
        raw.pointee.archive_image_id = try arena.string(self.archiveImageID, "locker.v1.Source.archive_image_id")
        self.unknownFields.write(to: wire, arena: arena)
    }
}
