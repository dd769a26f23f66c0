// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
internal import Rados

extension CheckupState {
    /// After how many milliseconds a step that should take seconds is worth a word.
    private static let late: Int64 = 3_600_000

    /// Records without their image, images without a record, and steps that take too long.
    func imageFindings() -> [Finding] {
        var findings: [Finding] = []
        for (key, record) in self.volumes {
            findings += record.phase == .ready ? self.readyFindings(record, key) : self.stepFindings(record)
            findings += self.attachmentFindings(record)
        }
        for record in self.erasures.values { findings += self.erasureFindings(record) }
        return findings + self.unknownImages() + self.unknownTrash()
    }

    private func readyFindings(_ record: VolumeRecord, _ key: RecordKey) -> [Finding] {
        guard self.images[record.imageName] != record.imageID else { return [] }
        let volume = "volume \"\(record.requestName)\""
        if self.trash[record.imageID] != nil {
            return [
                self.finding(
                    .imageInTrash,
                    record.requestName,
                    "\(volume) is in use, and its image \(record.imageName) is in the trash: somebody has moved it there",
                    "restore it before it is purged: rbd trash restore --image \(record.imageName)"
                        + " \(self.at)\(record.imageID)"
                )
            ]
        }
        if let name = self.images.first(where: { $0.value == record.imageID })?.key {
            return [
                self.finding(
                    .imageRenamed,
                    record.requestName,
                    "\(volume) has its image under the name \(name) instead of \(record.imageName)",
                    "give it its own name back: rbd rename \(self.at)\(name) \(self.at)\(record.imageName)"
                )
            ]
        }
        return [
            self.finding(
                .imageMissing,
                record.requestName,
                "\(volume) has no image: \(record.imageName) (id \(record.imageID)) is neither there nor in the trash,"
                    + " so its data is lost unless the image was copied elsewhere",
                "restore the image from a backup, or delete the claim, which ends the record"
            )
        ]
    }

    private func stepFindings(_ record: VolumeRecord) -> [Finding] {
        let since = max(record.createdAt, record.deletingAt)
        // The janitor takes a creation back after an hour, at its next round.
        guard self.lookedAt - since > 2 * Self.late else { return [] }
        let what = record.phase == .creating ? "being made" : "being deleted"
        return [
            self.finding(
                .stepLate,
                record.requestName,
                "volume \"\(record.requestName)\" is \(what) since \(DateText.iso8601(milliseconds: since))",
                "see the controller's log for it; a controller that runs takes a creation back after an hour, and goes on"
                    + " with a deletion when it is asked to again"
            )
        ]
    }

    private func erasureFindings(_ record: VolumeRecord) -> [Finding] {
        let since = record.trashedAt
        guard self.lookedAt - since > Self.late else { return [] }
        return [
            self.finding(
                .erasureLate,
                record.requestName,
                "volume \"\(record.requestName)\" was deleted \(DateText.iso8601(milliseconds: since)), and the data of its"
                    + " image \(record.imageName) (id \(record.imageID)) is not gone yet",
                "see whether a controller runs and what its log says of this image; one that has clones waits for them"
            )
        ]
    }

    private func attachmentFindings(_ record: VolumeRecord) -> [Finding] {
        guard let blocklist = self.blocklist else { return [] }
        return record.attachments.filter { !$0.clientAddress.isEmpty && blocklist.refuses($0.clientAddress) }.map {
            self.finding(
                .nodeFenced,
                record.requestName,
                "volume \"\(record.requestName)\" is attached to node \($0.nodeID), whose client \($0.clientAddress) is"
                    + " fenced: what its pod writes is refused",
                "delete the pod, so that the volume is unstaged there and staged anew"
            )
        }
    }

    private func unknownImages() -> [Finding] {
        self.images.keys.compactMap { name in
            guard let key = Self.key(of: name), self.volumes[key] == nil else { return nil }
            return self.finding(
                .imageUnknown,
                name,
                "image \(name) has a name of Locker's, and no record names it",
                "look at it (rbd info \(self.at)\(name)); if nobody misses it: rbd rm \(self.at)\(name)"
            )
        }
    }

    private func unknownTrash() -> [Finding] {
        self.trash.values.compactMap { entry in
            guard let key = Self.key(of: entry.name), self.volumes[key] == nil, self.erasures[entry.id] == nil else {
                return nil
            }
            return self.finding(
                .trashUnknown,
                entry.id,
                "the trash has image \(entry.name) (id \(entry.id)), and no record says that it is to be erased",
                "if nobody misses it: rbd trash rm \(self.at)\(entry.id)"
            )
        }
    }

    /// What rbd's image specifications begin with here.
    var at: String { self.namespace.isEmpty ? "\(self.pool)/" : "\(self.pool)/\(self.namespace)/" }

    /// The record that an image of Locker's belongs to; `nil` for an image of somebody else's.
    private static func key(of name: String) -> RecordKey? {
        RecordKey(imageName: name) ?? RecordKey(partialImageName: name)
    }

    func finding(
        _ kind: Finding.Kind,
        _ subject: String,
        _ explanation: String,
        _ remedy: String,
        repair: Finding.Repair? = nil
    ) -> Finding {
        Finding(kind, namespace: self.namespace, subject: subject, explanation, remedy: remedy, repair: repair)
    }
}
