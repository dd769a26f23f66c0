// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

/// An archive as people see it.
package struct ArchivedVolume: Sendable, Hashable, Encodable {
    /// How far it is.
    package enum State: String, Sendable, Hashable, Encodable {
        /// Being copied, or a copy that was cut short.
        case making
        /// Whole, and its time is not over.
        case kept
        /// Whole, and its time is over: it goes when somebody looks.
        case expired
        /// Deleted; its data are being removed.
        case erasing
    }

    package let state: State
    package let course: String
    package let student: String
    /// The name of the volume's request, and namespace and name of its claim.
    package let volume: String
    package let claim: String
    /// Where the archive is.
    package let pool: String
    package let namespace: String
    /// The archive's image; empty as long as it is being made.
    package let image: String
    /// The volume's image, which was erased.
    package let originalImage: String
    /// The pool that the volume was in.
    package let originalPoolID: Int64
    /// The volume's size, and what of it was not all zeroes, in bytes.
    package let bytes: Int64
    package let contentBytes: Int64
    package let isEncrypted: Bool
    /// SHA-256 of what it holds; docs/records.md has how.
    package let contentDigest: String
    package let archivedAt: String
    package let keptUntil: String

    /// Where its record is.
    let key: RecordKey

    /// What names it: its image, or as long as there is none its volume.
    package var id: String { self.image.isEmpty ? self.volume : self.image }

    private enum CodingKeys: String, CodingKey {
        case state, course, student, volume, claim, pool, namespace, image, originalImage, originalPoolID, bytes
        case contentBytes, isEncrypted, contentDigest, archivedAt, keptUntil
    }

    /// `nil` for a volume that is no archive.
    init?(_ record: VolumeRecord, in io: IOContext, now: Int64) {
        guard let archive = record.archive, let key = RecordKey(imageName: record.imageName) else { return nil }
        self.key = key
        switch record.phase {
        case .creating: self.state = .making
        case .ready: self.state = archive.keepUntil <= now ? .expired : .kept
        default: self.state = .erasing
        }
        self.course = record.course
        self.student = record.student
        self.volume = archive.requestName
        self.claim = record.claim
        self.pool = io.poolName
        self.namespace = io.namespace
        self.image = record.imageID
        self.originalImage = archive.imageID
        self.originalPoolID = archive.poolID
        self.bytes = record.payloadBytes
        self.contentBytes = archive.contentBytes
        self.isEncrypted = record.encryption != .plain
        self.contentDigest = archive.contentDigest.hex
        self.archivedAt = archive.archivedAt == 0 ? "" : DateText.iso8601(milliseconds: archive.archivedAt)
        self.keptUntil = DateText.iso8601(milliseconds: archive.keepUntil)
    }
}
