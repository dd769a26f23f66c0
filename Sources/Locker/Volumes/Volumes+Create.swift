// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import LockerProto
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage

extension Volumes {
    /// Makes a volume, or finds the one that the same request has made before.
    ///
    /// Record, ledger, image, its id, record: whatever moment the process dies at, the retry goes on from there.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - location: the cluster and user.
    ///   - configuredNamespace: config.json's namespace for classes that name none.
    /// - Throws: ``LockerError``: `alreadyExists` for the same name with other wishes, `aborted` while another
    ///   controller works on it, `resourceExhausted` when there is no room in the pool or a quota, `invalidArgument`
    ///   for a pool, namespace or layout that cannot be.
    package func create(
        _ request: VolumeRequest,
        at location: VolumeLocation,
        configuredNamespace: String
    ) async throws -> VolumeDescription {
        var wanted = request
        wanted.source = request.source ?? request.parameters.template.map { .template($0) }
        wanted.namespace = request.parameters.namespaceRule(configured: configuredNamespace)
        return try await self.mutating(location.target, could: "create volume \"\(request.name)\"") {
            [wanted] cluster in
            let request = try await self.placed(wanted, on: cluster)
            let io = try await self.context(cluster, pool: request.parameters.pool, rule: request.namespace)
            try await self.prepare(io, request: request, location: location)
            guard let store = try await RecordStore.open(io, layouts: self.layouts, creating: true, clock: self.clock)
            else { throw LockerError(.internal, "\(io.path(LayoutCache.object)) vanished after it was written") }
            let key = self.recordKey(named: request.name)
            for _ in 0..<16 {
                if let ready = try await self.attempt(request, key: key, store: store, location: location) {
                    return try self.describe(ready, key: key, location: location, io: io)
                }
            }
            throw LockerError(.aborted, "volume \"\(request.name)\" is changed by several at once; try again")
        }
    }

    /// One look at the record and what follows from it; `nil` if it changed meanwhile.
    private func attempt(
        _ request: VolumeRequest,
        key: RecordKey,
        store: RecordStore,
        location: VolumeLocation
    ) async throws -> VolumeRecord? {
        let found = try await store.volume(key)
        guard let found else {
            let record = try await self.newRecord(request, key: key, io: store.io, location: location)
            guard let mine = try await store.put(record, at: key, replacing: nil) else { return nil }
            try self.hook.reached("create.recorded")
            try await self.checkAlone(mine, key: key, request: request, store: store)
            let work = Creation(key: key, request: request, store: store, location: location, isRepeated: false)
            return try await self.finish(mine, work)
        }
        if found.value.phase == .deleting {
            throw LockerError(.aborted, "volume \"\(request.name)\" is being deleted; try again later")
        }
        try request.checkSame(as: found.value, course: self.course(of: request, io: store.io))
        guard found.value.phase == .creating else { return found.value }
        try await self.ownership.claim(found.value, what: "created", on: store.io.cluster)
        var record = found.value
        record.step = self.ownership.step(on: store.io.cluster)
        guard let mine = try await store.put(record, at: key, replacing: found) else { return nil }
        try self.hook.reached("create.claimed")
        let work = Creation(key: key, request: request, store: store, location: location, isRepeated: true)
        return try await self.finish(mine, work)
    }

    /// A volume whose record is there and whose image is to be made.
    private struct Creation: Sendable {
        let key: RecordKey
        let request: VolumeRequest
        let store: RecordStore
        let location: VolumeLocation
        /// Whether an earlier attempt was cut short, so that there may be anything of its image.
        let isRepeated: Bool
    }

    private func finish(_ mine: Stored<VolumeRecord>, _ work: Creation) async throws -> VolumeRecord? {
        let (key, request, store, location) = (work.key, work.request, work.store, work.location)
        var mine = mine
        var record = mine.value
        let io = store.io
        try await self.count(mine, for: request, key: key, store: store, isRepeated: work.isRepeated)
        try self.hook.reached("create.counted")
        if work.isRepeated {
            // It was never handed out: beginning anew is simpler to be sure of than telling a whole image from one that
            // lacks its header, its parent, its object map or its entry in the pool's directory.
            try await self.discard(record.imageName, key: key, store: store)
            try self.hook.reached("create.restarted")
        }
        let dataKey: DataEncryptionKey?
        do {
            dataKey = try await self.makeDataKey(of: &record, request: request, key: key, io: io)
        } catch let error as LockerError where error.code == .permissionDenied && !work.isRepeated {
            // No key was ever stored, and this user could remove none.
            try await self.ledger(course: record.course, io: io).release(key, student: record.student)
            _ = try await store.remove(mine, at: key)
            throw error
        }
        do {
            if let source = request.source {
                let work = CloneWork(
                    request: request,
                    source: source,
                    key: key,
                    store: store,
                    location: location,
                    dataKey: dataKey
                )
                guard let made = try await self.makeClone(work, mine: mine) else { return nil }
                mine = made
                let wrappingKeyID = record.wrappingKeyID
                record = made.value
                record.wrappingKeyID = wrappingKeyID
            } else {
                let size = UInt64(record.payloadBytes + record.dataOffsetBytes)
                try await self.makeImage(record.imageName, size: size, request: request, key: key, store: store)
            }
        } catch let error as CephError where !error.isAmbiguous {
            let ledger = self.ledger(course: record.course, io: io)
            try await self.rollBack(mine, key: key, store: store, ledger: ledger)
            throw Self.refusal(of: error, request: request)
        }
        try self.hook.reached("create.imaged")
        if let dataKey, request.source == nil {
            try await self.encrypt(record.imageName, dataOffset: record.dataOffsetBytes, with: dataKey, io: io)
        }
        record.imageID = try await io.imageID(named: record.imageName)
        try await self.limitNew(record, io: io)
        record.phase = .ready
        record.step = nil
        record.readyAt = self.clock.milliseconds
        guard let ready = try await store.put(record, at: key, replacing: mine) else { return nil }
        try self.hook.reached("create.ready")
        self.logger.info("Volume created", metadata: record.logMetadata)
        self.leaveCourtesyCopy(of: ready.value, io: io)
        await self.flattenIfAsked(ready.value, key: key, io: io, target: location.target)
        return ready.value
    }

    /// Makes the volume's image; what a refused creation has left under its name goes first.
    private func makeImage(
        _ name: String,
        size: UInt64,
        request: VolumeRequest,
        key: RecordKey,
        store: RecordStore
    ) async throws {
        try await self.making(name, key: key, store: store) {
            try await store.io.createImage(name, size: size, options: request.parameters.image)
        }
    }

    /// Takes back what a refused image left: its key, the ledger's count, then the record.
    func rollBack(
        _ mine: Stored<VolumeRecord>,
        key: RecordKey,
        store: RecordStore,
        ledger: Ledger
    ) async throws {
        try await self.discardDataKey(of: mine.value, io: store.io)
        try await ledger.release(key, student: mine.value.student)
        // Lost to another controller only if that one has fenced this: then it is theirs to finish.
        _ = try await store.remove(mine, at: key)
    }

    private func newRecord(
        _ request: VolumeRequest,
        key: RecordKey,
        io: IOContext,
        location: VolumeLocation
    ) async throws -> VolumeRecord {
        let parameters = request.parameters
        let origin = try await self.origin(of: request, on: io, location: location)
        let size =
            try origin.map { try request.size(copying: $0) }
            ?? request.capacity.size(smallest: request.smallestSize, orDefault: parameters.defaultSize)
        var record = VolumeRecord(
            phase: .creating,
            step: self.ownership.step(on: io.cluster),
            requestName: request.name,
            parametersDigest: parameters.digest,
            parameters: parameters.given,
            mutableParameters: request.limits.recorded,
            capabilities: request.capabilities,
            payloadBytes: size,
            imageName: key.imageName,
            fsid: io.cluster.fsid,
            poolID: io.poolID,
            radosNamespace: io.namespace,
            dataPool: parameters.image.dataPool ?? "",
            handleKey: UInt32(self.keys.signing),
            course: self.course(of: request, io: io),
            student: try parameters.student(),
            pvcName: parameters.claim.name,
            pvcNamespace: parameters.claim.namespace,
            pvName: parameters.claim.volumeName,
            filesystem: Filesystem(),
            topology: parameters.topology(of: self.identity.instance),
            createdAt: self.clock.milliseconds
        )
        try request.encrypt(&record)
        if let origin { try await self.shape(&record, source: request.source, origin: origin) }
        return record
    }

    func course(of request: VolumeRequest, io: IOContext) -> String {
        if !request.parameters.course.isEmpty { return request.parameters.course }
        return io.namespace.isEmpty ? io.poolName : io.namespace
    }

    /// A volume that is ready, with its handle.
    func describe(
        _ record: VolumeRecord,
        key: RecordKey,
        location: VolumeLocation,
        io: IOContext
    ) throws(LockerError) -> VolumeDescription {
        let handle = try VolumeHandle(
            clusterID: location.clusterID,
            poolID: io.poolID,
            namespace: io.namespace,
            recordKey: key,
            imageID: record.imageID,
            keys: self.keys,
            keyNumber: UInt8(truncatingIfNeeded: record.handleKey)
        )
        return VolumeDescription(
            handle: handle,
            record: record,
            clusterID: location.clusterID,
            pool: io.poolName,
            namespace: io.namespace
        )
    }
}
