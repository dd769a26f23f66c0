// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD

extension CheckupState {
    /// Deleted volumes whose image is not where an erasure leaves it, and receipts of images that are there.
    func erasureStateFindings() -> [Finding] {
        self.erasures.values.flatMap(self.placeFindings) + self.receipts.compactMap(self.receiptFinding)
    }

    private func placeFindings(_ record: VolumeRecord) -> [Finding] {
        let volume = "volume \"\(record.requestName)\" was deleted"
        if let name = self.images.first(where: { $0.value == record.imageID })?.key {
            return [
                self.finding(
                    .erasureRestored,
                    record.requestName,
                    "\(volume), and its image (id \(record.imageID)) is out of the trash again, as \(name): it cannot be"
                        + " erased there, and an encrypted one has no key any more",
                    "copy from it what is wanted, then move it back: rbd trash mv \(self.at)\(name)"
                )
            ]
        }
        // In a step somebody is removing it just now; afterwards it says so.
        guard record.step == nil, self.trash[record.imageID] == nil, (record.erasure?.removedAt ?? 0) == 0 else {
            return []
        }
        return [
            self.finding(
                .erasureUntrashed,
                record.requestName,
                "\(volume), and its image (id \(record.imageID)) is not in the trash, while no controller has noted that it"
                    + " removed it: somebody else did, or a controller died at it",
                "lockerctl erasure retry \(record.imageID) has a controller look for what is left of it, and write the"
                    + " receipt if that is nothing"
            )
        ]
    }

    private func receiptFinding(_ imageID: String) -> Finding? {
        let name = self.images.first { $0.value == imageID }?.key
        guard name != nil || self.trash[imageID] != nil else { return nil }
        let place = name.map { "as \($0)" } ?? "in the trash"
        return self.finding(
            .receiptContradicted,
            imageID,
            "a receipt says that nothing is left of image id \(imageID), and it is there \(place)",
            "lockerctl erasure verify \(imageID) tells whether the receipt is genuine; whoever can write to the pool may"
                + " have forged it, or made an image of that id"
        )
    }
}
