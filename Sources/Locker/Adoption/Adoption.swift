// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import RBD
package import Rados
internal import SystemPackage

/// Makes volumes of ceph-csi Locker's, in place: their data stay where they are.
///
/// The image gets the name that follows from its record, and the record is the one that CreateVolume would have written.
/// ceph-csi's journal stays as it is, which is what an undo goes by. Cut short at any step, it is gone on with by repeating
/// it; no step leaves an image that anything would remove.
package struct Adoption: Sendable {
    let io: IOContext
    let instance: String
    let journal: String
    let keys: InstanceKeys
    let layouts = LayoutCache()
    let clock: WallClock

    /// The adoptions of a pool and RADOS namespace.
    ///
    /// - Parameters:
    ///   - io: where image and journal are, and the record will be.
    ///   - instance: the driver's name.
    ///   - journal: ceph-csi's `--instanceid`.
    ///   - keys: what signs handles.
    package init(
        in io: IOContext,
        instance: String,
        journal: String = "default",
        keys: InstanceKeys,
        clock: WallClock = .system
    ) {
        self.io = io
        self.instance = instance
        self.journal = journal
        self.keys = keys
        self.clock = clock
    }

    /// Looks at a volume of ceph-csi's, and changes nothing.
    ///
    /// - Parameter name: the PersistentVolume's name, or the image's.
    /// - Throws: ``LockerError``: `notFound` for one that is not there, `failedPrecondition` for a journal that
    ///   contradicts itself or the image, `alreadyExists` if Locker has another volume of the name; `CephError`.
    package func plan(_ name: String, wish: AdoptionWish) async throws -> AdoptionPlan {
        let entry = try await JournalEntry.find(name, instance: self.journal, in: self.io)
        let key = RecordKey(instance: self.instance, name: entry.requestName)
        let imageID = try await self.imageID(of: entry, or: key.imageName)
        guard entry.imageID.isEmpty || entry.imageID == imageID else {
            throw LockerError(
                .failedPrecondition,
                "image \(self.io.path(entry.imageName)) has the id \(imageID), and ceph-csi's journal says"
                    + " \(entry.imageID): it is another image"
            )
        }
        let recorded = try await self.store(creating: false)?.volume(key)?.value
        if let recorded, recorded.imageID != imageID {
            throw LockerError(
                .alreadyExists,
                "Locker has a volume \"\(entry.requestName)\" already, with image \(recorded.imageName) (id"
                    + " \(recorded.imageID))"
            )
        }
        let look = try await self.io.withImage(.id(imageID), readOnly: true) { try AdoptionPlan.ImageLook($0) }
        let path = self.io.path(look.info.name)
        let refusals =
            look.inUse + (recorded == nil ? look.unfit(entry, isBlock: wish.isBlock, path: path) : [])
        return AdoptionPlan(
            entry: entry,
            imageID: imageID,
            newName: key.imageName,
            refusals: refusals,
            enablesLock: !look.info.features.contains(.exclusiveLock),
            bytes: Int64(look.info.size),
            filesystem: wish.isBlock ? "" : look.filesystem.type,
            isRecorded: recorded != nil,
            look: look
        )
    }

    /// Adopts a volume; a repeat goes on with what was cut short, and changes nothing that is done.
    ///
    /// Ledger, record, name: a record whose image has another name yet is refused deletion, and doctor says how to name it.
    ///
    /// - Returns: the volume's handle.
    /// - Throws: ``LockerError``: `failedPrecondition` with every reason why it cannot be adopted, `resourceExhausted` if a
    ///   quota has no room, `aborted` if its image came into use meanwhile, which takes back what was done; `CephError`.
    package func adopt(_ plan: AdoptionPlan, wish: AdoptionWish) async throws -> VolumeHandle {
        guard plan.refusals.isEmpty else {
            let volume = "volume \"\(plan.entry.requestName)\" (image \(self.io.path(plan.look.info.name)))"
            throw LockerError(
                .failedPrecondition,
                "\(volume) cannot be adopted: \(plan.refusals.joined(separator: "; "))"
            )
        }
        guard let store = try await self.store(creating: true) else {
            throw LockerError(.internal, "\(self.io.path(LayoutCache.object)) vanished after it was written")
        }
        let key = RecordKey(instance: self.instance, name: plan.entry.requestName)
        let record: VolumeRecord
        if let found = try await store.volume(key)?.value {
            record = found
        } else {
            record = try await self.record(plan, wish: wish)
        }
        let handle = try VolumeHandle(
            clusterID: wish.clusterID,
            poolID: self.io.poolID,
            namespace: self.io.namespace,
            recordKey: key,
            imageID: plan.imageID,
            keys: self.keys,
            keyNumber: UInt8(truncatingIfNeeded: record.handleKey)
        )
        try await NamespaceIndex().register(course: record.course, io: self.io, clock: self.clock)
        if !plan.isRecorded {
            let ledger = Ledger(course: record.course, io: self.io, clock: self.clock)
            try await ledger.count(key, student: record.student, bytes: record.payloadBytes)
            guard try await store.put(record, at: key, replacing: nil) != nil else {
                throw LockerError(
                    .aborted,
                    "volume \"\(record.requestName)\" was recorded by somebody else; look again"
                )
            }
        }
        guard plan.look.info.name != key.imageName else { return handle }
        if plan.enablesLock {
            try await self.io.withImage(.id(plan.imageID), readOnly: false) {
                try $0.setFeatures(.exclusiveLock, enabled: true)
            }
        }
        try await self.io.renameImage(plan.look.info.name, to: key.imageName)
        let users = try await self.io.withImage(.id(plan.imageID), readOnly: true) { try AdoptionPlan.ImageLook($0) }
        guard users.inUse.isEmpty else {
            _ = try await self.takeBack(plan.entry, imageID: plan.imageID)
            throw LockerError(
                .aborted,
                "volume \"\(record.requestName)\" came into use while it was adopted, and is ceph-csi's again:"
                    + " \(users.inUse.joined(separator: "; "))"
            )
        }
        return handle
    }

    private func record(_ plan: AdoptionPlan, wish: AdoptionWish) async throws -> VolumeRecord {
        let parameters = try ClassParameters([
            "clusterID": wish.clusterID, "pool": self.io.poolName, "radosNamespace": self.io.namespace,
            "course": wish.course,
        ])
        let key = RecordKey(instance: self.instance, name: plan.entry.requestName)
        let other = plan.look.info.dataPoolID != self.io.poolID
        let dataPool = other ? try await self.io.cluster.poolName(id: plan.look.info.dataPoolID) : ""
        var record = VolumeRecord(phase: .ready, requestName: plan.entry.requestName)
        record.parametersDigest = parameters.digest
        record.parameters = parameters.given.filter { !$0.value.isEmpty }
        record.capabilities = [Capability(block: wish.isBlock, fsType: plan.filesystem, accessMode: 1)]
        record.payloadBytes = plan.bytes
        (record.imageName, record.imageID) = (key.imageName, plan.imageID)
        (record.fsid, record.poolID, record.radosNamespace) = (self.io.cluster.fsid, self.io.poolID, self.io.namespace)
        (record.dataPool, record.dataPoolID) = (dataPool, other ? plan.look.info.dataPoolID : 0)
        record.handleKey = UInt32(self.keys.signing)
        let place = self.io.namespace.isEmpty ? self.io.poolName : self.io.namespace
        record.course = wish.course.isEmpty ? place : wish.course
        record.student = wish.student
        (record.pvcName, record.pvcNamespace, record.pvName) =
            (wish.claimName, wish.claimNamespace, plan.entry.requestName)
        record.filesystem = wish.isBlock ? Filesystem() : plan.look.filesystem
        record.createdAt = plan.look.info.createdAt * 1000
        record.readyAt = self.clock.milliseconds
        return record
    }

    private func imageID(of entry: JournalEntry, or name: String) async throws -> String {
        for candidate in [entry.imageName, name] {
            do {
                return try await self.io.imageID(named: candidate)
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                continue
            }
        }
        throw LockerError(
            .notFound,
            "image \(self.io.path(entry.imageName)) of \"\(entry.requestName)\" does not exist"
        )
    }

    func store(creating: Bool) async throws -> RecordStore? {
        try await RecordStore.open(self.io, layouts: self.layouts, creating: creating, clock: self.clock)
    }
}
