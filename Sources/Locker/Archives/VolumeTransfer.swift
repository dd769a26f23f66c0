// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

/// The copying of a volume, bit for bit, to a record and an image of another place: to an archive and back.
///
/// Record, ledger, image, its comparison with the original, key, record: whatever moment the process dies at, a repeat
/// begins the image anew, and nothing exists that no record names.
struct VolumeTransfer: Sendable {
    let volumes: Volumes
    /// What is copied: a volume that nobody writes to once ``run(claiming:)`` has claimed it.
    let original: VolumeRecord
    let originalKey: RecordKey
    let source: RecordStore
    /// What the copy's record is to be.
    let wanted: VolumeRecord
    let key: RecordKey
    let target: RecordStore
    let options: ImageOptions
    let keeper: (any KeyKeeper)?

    private var hook: StepHook { self.volumes.hook }
    private var io: IOContext { self.target.io }
    private var label: String { "volume \"\(self.original.requestName)\"" }

    /// Copies the volume.
    ///
    /// - Parameter claiming: makes sure that nobody writes to it; called once the record of the copy is there.
    /// - Returns: the copy's record; one that was whole already as it is.
    /// - Throws: ``LockerError``, `CephError`; what is refused for good is taken back.
    func run(claiming: () async throws -> Void) async throws -> (record: VolumeRecord, isNew: Bool) {
        let dataKey = try await self.dataKey()
        let (mine, isNew) = try await self.begin()
        guard isNew else { return (mine.value, false) }
        try self.hook.reached("transfer.recorded")
        let renewal = StepRenewal(mine, by: self.volumes.ownership, on: self.io.cluster) {
            try await self.target.put($0, at: self.key, replacing: $1)
        } failed: { record, error in
            self.volumes.logger.warning(
                "A copy could not say that it goes on",
                metadata: ["volume": "\(record.requestName)", "error": "\(error)"]
            )
        }
        let (latest, result) = await renewal.whileRenewing { try await self.fill(mine.value, dataKey, claiming) }
        do {
            let record = try result.get()
            guard let ready = try await self.target.put(record, at: self.key, replacing: latest) else {
                throw LockerError(.aborted, "the copy of \(self.label) was taken over by another process")
            }
            try self.hook.reached("transfer.ready")
            return (ready.value, true)
        } catch  where Self.isFinal(error) {
            try await self.takeBack(latest)
            throw error
        }
    }

    /// Whether a repeat would meet the same.
    static func isFinal(_ error: any Error) -> Bool {
        switch error {
        case let error as LockerError: ![.unavailable, .aborted].contains(error.code)
        case let error as CephError: !error.isAmbiguous
        default: false
        }
    }

    /// The volume's key, before anything is begun; `nil` if it has none.
    private func dataKey() async throws -> DataEncryptionKey? {
        try await self.original.dataKey(at: self.originalKey, in: self.source.io) {
            guard let keeper = self.keeper else {
                throw LockerError(
                    .failedPrecondition,
                    "it is encrypted, and its copy needs its key wrapped anew: say --archive-keys"
                )
            }
            return keeper
        }
    }

    private func begin() async throws -> (Stored<VolumeRecord>, isNew: Bool) {
        for _ in 0..<16 {
            let found = try await self.target.volume(self.key)
            var record = self.wanted
            switch found?.value.phase {
            case nil: break
            case .creating:
                guard let found else { continue }
                let cluster = self.io.cluster
                try await self.volumes.ownership.claim(found.value, what: "copied", on: cluster)
                // The wrapped key of an earlier attempt is replaced, not left.
                record.dataKeyID = found.value.dataKeyID
            case .ready:
                guard let found else { continue }
                return (found, false)
            default:
                throw LockerError(.aborted, "an earlier copy of \(self.label) is being erased; try again later")
            }
            record.phase = .creating
            record.step = self.volumes.ownership.step(on: self.io.cluster)
            if let mine = try await self.target.put(record, at: self.key, replacing: found) { return (mine, true) }
        }
        throw LockerError(.aborted, "the copy of \(self.label) is changed by several at once; try again")
    }

    /// Makes the image.
    ///
    /// - Returns: the record as it is to be once it is ready.
    private func fill(
        _ mine: VolumeRecord,
        _ dataKey: DataEncryptionKey?,
        _ claiming: () async throws -> Void
    ) async throws -> VolumeRecord {
        let ledger = self.volumes.ledger(course: mine.course, io: self.io)
        try await ledger.count(self.key, student: mine.student, bytes: mine.payloadBytes)
        try self.hook.reached("transfer.counted")
        try await claiming()
        try self.hook.reached("transfer.claimed")
        if self.original.isLayered { try await self.flatten(dataKey) }
        let image = CopiedSnapshot(io: self.source.io, imageID: self.original.imageID, snapshotID: nil)
        try await self.checkRoom(for: image, in: mine.dataPool)
        for name in [mine.imageName, self.key.partialImageName] {
            try await self.volumes.discard(name, key: self.key, store: self.target)
        }
        let size = try await image.size()
        try await self.io.createImage(self.key.partialImageName, size: size, options: self.options)
        try await self.volumes.fillCopy(of: self.key, in: self.io, from: image, data: 0..<size, leavesHoles: true)
        var record = mine
        record.imageID = try await self.io.imageID(named: mine.imageName)
        let content = try await self.compare(with: record.imageID, size: size)
        try self.hook.reached("transfer.compared")
        if let dataKey { try await self.store(dataKey, for: &record) }
        try self.hook.reached("transfer.keyed")
        record.archive?.contentDigest = content.digest
        record.archive?.contentBytes = content.bytes
        record.archive?.archivedAt = self.volumes.clock.milliseconds
        record.phase = .ready
        record.step = nil
        record.readyAt = self.volumes.clock.milliseconds
        return record
    }

    /// Gives a volume the template's data that it shares, encrypted with its key: bit for bit there is nothing to copy of
    /// them. What was done of it when it is cut short stays done.
    private func flatten(_ dataKey: DataEncryptionKey?) async throws {
        let imageID = self.original.imageID
        try await self.source.io.withImage(.id(imageID), readOnly: false) { image in
            guard try image.parent() != nil else { return }
            try dataKey?.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
            try image.flatten()
        }
        try self.hook.reached("transfer.flattened")
    }

    /// Reads both images.
    ///
    /// - Returns: what they hold.
    /// - Throws: ``LockerError`` with `internal` if they differ.
    func compare(with imageID: String, size: UInt64) async throws -> ContentDigest.Value {
        let before = try await ContentDigest.of(imageID: self.original.imageID, in: self.source.io)
        let after = try await ContentDigest.of(imageID: imageID, in: self.io)
        guard before == after, try await self.io.imageSize(imageID: imageID) == size else {
            throw LockerError(
                .internal,
                "the copy of \(self.label) does not hold what the volume holds: something writes to one of them. The volume"
                    + " was left as it is; see who has it open, and repeat this"
            )
        }
        return before
    }

    /// Refuses what does not fit before the pool is full of a part of it.
    private func checkRoom(for image: CopiedSnapshot, in dataPool: String) async throws {
        let pool = dataPool.isEmpty ? self.io.poolName : dataPool
        let left: UInt64
        do {
            left = try await PoolSpace(of: self.io.cluster).left(in: self.io.poolName, dataPool: pool)
        } catch let error as LockerError where error.code == .unavailable {
            // The monitors have no numbers of a new pool yet. One that is full stops the copy all the same.
            self.volumes.logger.info("Whether the copy fits is not known", metadata: ["error": "\(error.message)"])
            return
        }
        let needed = try await image.writtenBytes()
        guard needed < left else {
            throw LockerError(
                .resourceExhausted,
                "pool \(pool) has \(Quantity.rough(Int64(clamping: left))) left, and the copy of \(self.label) takes"
                    + " \(Quantity.rough(Int64(clamping: needed))): make room there, and repeat this"
            )
        }
    }

    /// Wraps the key for the copy and stores it, once it has opened the copy.
    ///
    /// From then on the two are wrapped independently, and each opens what is left of the other: of neither it is known any
    /// more which keys have ever wrapped it.
    private func store(_ dataKey: DataEncryptionKey, for record: inout VolumeRecord) async throws {
        guard let keeper = self.keeper else { throw LockerError(.internal, "\(self.label) came without its key") }
        try await self.io.withImage(.id(record.imageID), readOnly: true) { image in
            try dataKey.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
        }
        let identity = KeyIdentity(record, at: self.key, in: self.io)
        let sealed = try await keeper.wrap(dataKey, of: identity)
        let keys = try await WrappedKeyStore(besides: self.source.io)
        guard try await keys.noteCopy(of: self.original.dataKeyID) else {
            throw LockerError(.aborted, "the key of \(self.label) is gone; the volume is being deleted")
        }
        let wrapped = WrappedKey(
            dataKeyID: record.dataKeyID,
            wrappingKeyID: sealed.wrappingKeyID,
            sealedKey: sealed.bytes,
            wrappingKeyFingerprint: sealed.fingerprint,
            formerWrappingKeys: [WrappedKey.unknown],
            recordKey: self.key.bytes,
            radosNamespace: self.io.namespace,
            course: record.course,
            wrappedAt: self.volumes.clock.milliseconds
        )
        try await WrappedKeyStore(besides: self.io).write(wrapped)
        record.wrappingKeyID = wrapped.wrappingKeyID
    }

    private func takeBack(_ mine: Stored<VolumeRecord>) async throws {
        for name in [mine.value.imageName, self.key.partialImageName] {
            try await self.volumes.discard(name, key: self.key, store: self.target)
        }
        let ledger = self.volumes.ledger(course: mine.value.course, io: self.io)
        try await self.volumes.rollBack(mine, key: self.key, store: self.target, ledger: ledger)
    }
}
