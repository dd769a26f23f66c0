// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Two things in a pool that do not fit together: what it is, what it means and what to do.
package struct Finding: Sendable, Hashable, Encodable {
    /// What does not fit.
    package enum Kind: String, Sendable, Hashable, Encodable {
        /// A volume that is in use has no image.
        case imageMissing = "image-missing"
        /// A volume's image has another name.
        case imageRenamed = "image-renamed"
        /// A volume that nobody has deleted has its image in the trash.
        case imageInTrash = "image-in-trash"
        /// An image of Locker's that no record names.
        case imageUnknown = "image-unknown"
        /// An image of Locker's in the trash that no record names.
        case trashUnknown = "trash-unknown"
        /// A volume that has been in the making, or in deletion, for long.
        case stepLate = "step-late"
        /// A deleted volume whose data is not gone after long.
        case erasureLate = "erasure-late"
        /// The ledger counts a volume that there is not.
        case ledgerLeftover = "ledger-leftover"
        /// The ledger does not count a volume.
        case ledgerMissing = "ledger-missing"
        /// The ledger counts other bytes, or another student, than the volume has.
        case ledgerWrong = "ledger-wrong"
        /// A student's total, or the course's, is not the sum of the volumes counted.
        case totalWrong = "total-wrong"
        /// The client that has a volume mapped is fenced.
        case nodeFenced = "node-fenced"
        /// A node says that a client of its has a volume mapped, and the image knows no such client.
        case nodeSilent = "node-silent"
        /// A client that no attachment names holds an image's lock.
        case lockForeign = "lock-foreign"
        /// An image's lock is a client's that is fenced and that no attachment names.
        case lockFenced = "lock-fenced"
        /// A client that no attachment names has an image open for writing.
        case imageWatched = "image-watched"
        /// An encrypted volume has no data key.
        case keyMissing = "key-missing"
        /// A record names another key-encryption key than the one that wraps its volume's key.
        case keyOutdated = "key-outdated"
        /// A data key that no volume's record names.
        case keyUnknown = "key-unknown"
        /// The image of a deleted volume is out of the trash again.
        case erasureRestored = "erasure-restored"
        /// The image of a deleted volume is not in the trash, and nobody has said that it is removed.
        case erasureUntrashed = "erasure-untrashed"
        /// An image that a receipt says is gone.
        case receiptContradicted = "receipt-contradicted"
        /// A class' template is no snapshot of an image.
        case templateMissing = "template-missing"
        /// A PersistentVolume is of a volume that there is not.
        case persistentVolumeDangling = "pv-dangling"
        /// A PersistentVolume has a handle that Locker did not write.
        case persistentVolumeForeign = "pv-foreign"
        /// Several PersistentVolumes are of one volume.
        case persistentVolumeTwice = "pv-twice"
        /// A PersistentVolume says another size than its volume has.
        case persistentVolumeSize = "pv-size"
        /// A volume has no PersistentVolume.
        case volumeForgotten = "volume-forgotten"
        /// VolumeAttachments and a record do not agree on who has a volume.
        case attachmentContradicted = "attachment-contradicted"
        /// A node that Kubernetes does not know has a volume.
        case nodeUnknown = "node-unknown"
    }

    /// What does not fit.
    package let kind: Kind
    /// The RADOS namespace.
    package let namespace: String
    /// The volume, image, student or object, by the name that tools take.
    package let subject: String
    /// What was found, and what it means.
    package let explanation: String
    /// What to do about it.
    package let remedy: String
    /// What repairs it, where that can do no harm.
    let repair: Repair?

    /// Whether ``Checkup/repair(_:in:)`` can put it right.
    package var isRepairable: Bool { self.repair != nil }

    /// What ``Checkup/repair(_:in:)`` would do; `nil` for what is left to a person.
    package var repairInWords: String? {
        switch self.repair {
        case .count(let course, _, let student, let bytes):
            "count \(bytes) bytes for student \"\(student)\" in the ledger of course \"\(course)\""
        case .release(let course, let volume, _):
            "take v/\(volume.hex) out of the ledger of course \"\(course)\""
        case .total(let course, let student): "add up student \"\(student)\" of course \"\(course)\" again"
        case .courseTotal(let course): "add up course \"\(course)\" again"
        case .noteKey(let volume): "write into the record v/\(volume.hex) which key-encryption key wraps its key"
        case .breakLock(let image, let owner): "break the lock of the fenced client \(owner) on image id \(image)"
        case nil: nil
        }
    }

    init(
        _ kind: Kind,
        namespace: String,
        subject: String,
        _ explanation: String,
        remedy: String,
        repair: Repair? = nil
    ) {
        self.kind = kind
        self.namespace = namespace
        self.subject = subject
        self.explanation = explanation
        self.remedy = remedy
        self.repair = repair
    }

    /// A change that takes nothing from anybody.
    enum Repair: Sendable, Hashable {
        /// Counts a volume, or counts it anew.
        case count(course: String, volume: RecordKey, student: String, bytes: Int64)
        /// Takes a volume that there is not out of the ledger.
        case release(course: String, volume: RecordKey, student: String)
        /// Adds a student's volumes up again.
        case total(course: String, student: String)
        /// Adds all volumes of a course up again.
        case courseTotal(course: String)
        /// Writes the name of the key-encryption key that wraps a volume's key into its record.
        case noteKey(volume: RecordKey)
        /// Breaks the lock of a client that is fenced.
        case breakLock(imageID: String, owner: String)
    }

    /// Whether both are about the same thing, whatever the numbers in their words.
    package func isSame(as other: Finding) -> Bool {
        self.kind == other.kind && self.namespace == other.namespace && self.subject == other.subject
    }

    private enum CodingKeys: String, CodingKey {
        case kind, namespace, subject, explanation, remedy, repairable, repair
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.kind, forKey: .kind)
        try container.encode(self.namespace, forKey: .namespace)
        try container.encode(self.subject, forKey: .subject)
        try container.encode(self.explanation, forKey: .explanation)
        try container.encode(self.remedy, forKey: .remedy)
        try container.encode(self.isRepairable, forKey: .repairable)
        try container.encodeIfPresent(self.repairInWords, forKey: .repair)
    }
}
