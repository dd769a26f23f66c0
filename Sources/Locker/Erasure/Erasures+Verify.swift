// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Erasures {
    /// How long an erasure waits for OSDs to trim before it makes room and comes back.
    private static let trimmingPatience = 5

    /// Makes sure that nothing of a removed image is left, and puts the receipt in the place of its record.
    ///
    /// Only reads until the end, so nobody needs to own it: of two who verify, the record lets one write a receipt.
    ///
    /// - Returns: whether this call wrote the receipt; `false` if another controller was faster.
    /// - Throws: ``LockerError`` with `internal`, naming what is left, or with `aborted` when the record has changed;
    ///   ``ErasureWait`` while OSDs trim.
    func verify(_ job: Job, store: RecordStore) async throws -> Bool {
        guard let found = try await store.erasure(of: job.key, imageID: job.imageID) else { return false }
        let record = found.value
        let image = ErasedImage(record, plan: record.erasure?.plan ?? ErasurePlan(), io: store.io)
        var findings = try await ErasureFindings(of: image, search: self.search)
        var patience = Self.trimmingPatience
        while findings.left.isEmpty, findings.trimming > 0 {
            guard patience > 0, !self.isClosed else { throw ErasureWait.trimming(findings.trimming) }
            patience -= 1
            try await Task.sleep(for: .seconds(1))
            findings = try await ErasureFindings(of: image, search: self.search)
        }
        guard findings.left.isEmpty else {
            throw LockerError(
                .internal,
                "after the removal of image \(job.imageID) there is still \(findings.words);"
                    + " something may still write to it"
            )
        }
        try self.hook.reached("erase.verified")
        let receipt = try self.author.receipt(
            for: record,
            of: image,
            findings: findings,
            at: self.ownership.clock.milliseconds
        )
        guard try await store.putReceipt(receipt, replacing: found, at: job.key) else {
            // A note on the record, or another controller's receipt.
            if try await store.erasure(of: job.key, imageID: job.imageID) == nil { return false }
            throw LockerError(.aborted, "the record of the erasure of image \(job.imageID) was changed just now")
        }
        return true
    }

    /// Removes what a removal has left or somebody has written since, object by object: only of an image whose
    /// verification has failed before, and that neither the trash nor the list of images has. One that an administrator
    /// has taken out of the trash is not touched.
    func removeStrays(_ record: VolumeRecord, io: IOContext) async throws {
        guard let plan = record.erasure?.plan, try await io.trashEntry(id: record.imageID) == nil else { return }
        let image = ErasedImage(record, plan: plan, io: io)
        guard try await ErasureCheck.name.look(image, self.search).left.isEmpty else { return }
        let data = try await image.dataContext()
        let remains = try await self.search.remains(of: DataObjects(image), in: data)
        var objects = remains.objects.map { (data, $0) }
        for check in [ErasureCheck.header, .objectMap] {
            objects += try await check.look(image, self.search).left.map { (io, $0) }
        }
        for (context, object) in objects {
            self.logger.notice(
                "An object of a removed image was there again, and is removed",
                metadata: ["rbd.pool": "\(context.poolName)", "object": "\(object)"]
            )
            do {
                try await context.remove(object)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // Somebody was faster.
            }
        }
    }
}
