// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// What the end of a term has made of one volume.
package struct TermVolume: Sendable, Hashable, Encodable {
    /// How far it is.
    package enum Outcome: String, Sendable, Hashable, Encodable {
        /// In use, or at least there: what a survey finds.
        case kept
        /// Deleted, erased, and the receipt says so.
        case erased
        /// The same, and a copy is kept in another pool: ``TermVolume/archive`` until ``TermVolume/keptUntil``.
        case archived
        /// Deleted; its data is not proved to be gone yet. The controllers go on with it.
        case erasing
        /// Not deleted; ``TermVolume/reason`` says why.
        case refused
    }

    package let course: String
    package let student: String
    /// The name of the request.
    package let volume: String
    /// Namespace and name of the claim; empty if they were not told.
    package let claim: String
    /// The RADOS namespace.
    package let namespace: String
    package let image: String
    /// What it was asked for, in bytes.
    package let bytes: Int64
    /// The nodes that have it.
    package let nodes: [String]
    /// How many snapshots of it there are.
    package let snapshots: Int
    /// What a copy of it takes in another pool, in bytes; 0 where nobody has asked.
    package internal(set) var contentBytes: Int64 = 0
    /// The image of its archive; empty if there is none.
    package internal(set) var archive = ""
    /// Until when that is kept; empty if there is none.
    package internal(set) var keptUntil = ""
    /// How far it is.
    package internal(set) var outcome: Outcome
    /// Why it was refused, or what its erasure waits for; empty if there is nothing to say.
    package internal(set) var reason: String

    init(_ record: VolumeRecord, namespace: String, snapshots: Int) {
        self.course = record.course
        self.student = record.student
        self.volume = record.requestName
        self.claim = record.claim
        self.namespace = namespace
        self.image = record.imageID
        self.bytes = record.payloadBytes
        self.nodes = record.attachments.map(\.nodeID)
        self.snapshots = snapshots
        self.outcome = record.phase == .erasing ? .erasing : .kept
        self.reason = ""
    }
}
