// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto
package import Rados

/// The erasures of a pool and namespace as an administrator sees them: those that go on, and the receipts.
package struct ErasureArchive: Sendable {
    let store: RecordStore

    /// The pool and namespace.
    package var io: IOContext { self.store.io }

    /// Opens what is there; `nil` where Locker has never made a volume.
    package static func open(_ io: IOContext, layouts: LayoutCache = LayoutCache()) async throws -> ErasureArchive? {
        guard let store = try await RecordStore.open(io, layouts: layouts, creating: false) else { return nil }
        return ErasureArchive(store: store)
    }

    /// The volumes whose data is still to go.
    package func pending() async throws -> [VolumeRecord] {
        var records: [VolumeRecord] = []
        try await self.store.forEach(of: VolumeRecord.self, prefix: "e/") { _, stored in records.append(stored.value) }
        return records
    }

    /// Every receipt.
    package func receipts() async throws -> [FiledReceipt] {
        var receipts: [FiledReceipt] = []
        try await self.store.forEachReceipt { receipts.append(FiledReceipt(imageID: $0, bytes: $1)) }
        return receipts
    }

    /// The receipts of an image, or of all volumes that had a name.
    ///
    /// An image's is found with a request to each shard; for a name all receipts are read.
    package func receipts(of name: String) async throws -> [FiledReceipt] {
        if let bytes = try await self.store.receipt(imageID: name) {
            return [FiledReceipt(imageID: name, bytes: bytes)]
        }
        return try await self.receipts().filter { $0.receipt?.requestName == name || $0.receipt?.imageName == name }
    }

    /// Asks for an erasure to be tried at once.
    ///
    /// Whoever is at it stays at it: its step is not taken away, since two that remove one image could make its header
    /// anew.
    ///
    /// - Parameters:
    ///   - record: one of ``pending()``.
    ///   - clock: the time of day.
    /// - Returns: the record as it was marked; `nil` if it is not pending any more.
    package func retry(_ record: VolumeRecord, clock: WallClock = .system) async throws -> VolumeRecord? {
        guard let key = RecordKey(imageName: record.imageName) else { return nil }
        // A renewal of the step may come between.
        while let found = try await self.store.erasure(of: key, imageID: record.imageID) {
            var changed = found.value
            var progress = changed.erasure ?? ErasureProgress()
            progress.retryAt = clock.milliseconds
            changed.erasure = progress
            if let next = try await self.store.putErasure(changed, at: key, replacing: found) { return next.value }
        }
        return nil
    }

    /// Compares a receipt with its signature, with where it lies, and with what the cluster has of the image now.
    ///
    /// - Parameters:
    ///   - filed: the receipt.
    ///   - keys: the public keys that the reader trusts.
    ///   - search: looks for data; one for many receipts lists the pool once for all that are verified together.
    package func verify(
        _ filed: FiledReceipt,
        trusting keys: Set<ReceiptPublicKey>,
        search: DataSearch
    ) async throws -> ReceiptVerdict {
        guard let stored = filed.stored, let receipt = filed.receipt else {
            return ReceiptVerdict(signature: .wrong, faults: ["the receipt cannot be read"], gone: [])
        }
        var faults: [String] = []
        if stored.format != 1 { faults.append("it is stored in the format \(stored.format), which is none") }
        let signature: ReceiptVerdict.Signature
        if stored.signature.isEmpty {
            signature = .missing
        } else if let signer = filed.signer, signer.verifies(stored.signature, of: stored.receipt) {
            signature = keys.contains(signer) ? .trusted : .unknown
            if !keys.isEmpty, signature == .unknown {
                faults.append("it was signed with the key \(signer.hex), which is none of those that were given")
            }
        } else {
            signature = .wrong
            faults.append("the signature is not that of the receipt's bytes: one of them was changed")
        }
        faults += self.misplacements(receipt, filedUnder: filed.imageID)
        // What another image's receipt says is no plan to look for this one by.
        guard faults.isEmpty else { return ReceiptVerdict(signature: signature, faults: faults, gone: []) }
        let findings = try await ErasureFindings(of: ErasedImage(receipt, io: self.io), search: search)
        for (name, finding) in findings.items {
            for left in finding.left { faults.append("\(name): \(left) is there") }
            if finding.trimming > 0 {
                faults.append("\(name): OSDs have still to trim clones of \(finding.trimming) objects")
            }
        }
        let gone = findings.items.filter { $0.finding.left.isEmpty && $0.finding.trimming == 0 }.map(\.name)
        return ReceiptVerdict(signature: signature, faults: faults, gone: gone)
    }

    /// What a receipt says of another place than the one it was found in.
    private func misplacements(_ receipt: ErasureReceipt, filedUnder imageID: String) -> [String] {
        var faults: [String] = []
        if receipt.format != 1 { faults.append("it has the format \(receipt.format), which this version cannot read") }
        if receipt.imageID != imageID {
            faults.append("it is filed under image \(imageID) and is about image \(receipt.imageID)")
        }
        if receipt.fsid != self.io.cluster.fsid {
            faults.append("it is about cluster \(receipt.fsid), and this is \(self.io.cluster.fsid)")
        }
        if receipt.poolID != self.io.poolID || receipt.radosNamespace != self.io.namespace {
            faults.append(
                "it is about pool \(receipt.poolID), namespace \"\(receipt.radosNamespace)\", and was found in"
                    + " pool \(self.io.poolID), namespace \"\(self.io.namespace)\""
            )
        }
        return faults
    }
}
