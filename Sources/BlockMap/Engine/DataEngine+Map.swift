// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage

extension DataEngine {
    /// Makes a device of an image, or answers the one the volume has.
    ///
    /// - Parameter mapper: one of ``available()``.
    /// - Throws: as ``Mapper/map(_:)``.
    package func map(_ request: MapRequest, by mapper: MapperName) async throws -> MappedDevice {
        try await self.locks.with(request.volumeID) {
            do {
                if let volume = self.state.withLock({ $0.volumes[request.volumeID] }) {
                    try Self.verify(volume.record, request)
                    let isIntact = try await self.pool.run { volume.device.isIntact }
                    if isIntact { return volume.mapped(isIntact: true) }
                    // Another program parted the device from its image: whoever used it has lost it already.
                    try await self.takeDown(volume)
                }
                if let volume = try await self.resume(request) { return volume.mapped(isIntact: true) }
                return try await self.serve(request, by: mapper).mapped(isIntact: true)
            } catch {
                throw MapError.wrapping(error, "map volume \(request.volumeID) (image \(request.imageName))")
            }
        }
    }

    static func verify(_ record: AttachmentRecord, _ request: MapRequest) throws(MapError) {
        guard record.isSameImage(as: request) else {
            throw MapError(
                .mismatch,
                "volume \(request.volumeID) is mapped already, from image \(record.imageName) (id \(record.imageID), pool"
                    + " \(record.poolID), cluster \(record.fsid)) and not from \(request.imageName) (id \(request.imageID));"
                    + " unmap it first"
            )
        }
        guard record.isReadOnly == request.isReadOnly else {
            let mode = record.isReadOnly ? "read-only" : "for writing"
            throw MapError(.mismatch, "volume \(request.volumeID) is mapped already, \(mode); unmap it first")
        }
        guard record.encryption == request.encryption.format else {
            let way = record.encryption == nil ? "without encryption" : "encrypted"
            throw MapError(.mismatch, "volume \(request.volumeID) is mapped already, \(way); unmap it first")
        }
    }

    // librados makes the thread that submits wait once a client has 100 MB in flight. Let it be a thread of librbd's: the
    // ones that read requests are every volume's, which a volume whose cluster is silent must not stop.
    private static let fixedOptions = ["rbd_non_blocking_aio": "true"]

    // Below this many bytes (64 KiB) librbd asks an OSD for an object's bytes, not for those that were written: zeroes come
    // back for the others, and what it decrypts them to is noise. What was never written is to read as zeroes however
    // little is read at once.
    private static let encryptedOptions = ["rbd_sparse_read_threshold_bytes": "1"]

    // A client has some twenty, more with each OSD that it comes to talk to.
    private static let descriptors = 256

    /// Refuses what would bring the process to its limit, at which Ceph ends it, and with it every volume.
    static func requireRoom(_ limit: FileDescriptorLimit, for request: MapRequest) throws(MapError) {
        let room = limit.room
        guard room < Self.descriptors else { return }
        throw MapError(
            .busy,
            "this process may open \(room) more files (RLIMIT_NOFILE is \(limit.count)), and volume"
                + " \(request.volumeID) may need \(Self.descriptors): raise the limit (LimitNOFILE=, --ulimit nofile), or"
                + " let the node have fewer volumes (--max-volumes-per-node)"
        )
    }

    private func serve(_ request: MapRequest, by mapper: MapperName) async throws -> ServedVolume {
        let frontEnd = try self.frontEnd(mapper)
        try await self.pool.run { try Self.requireRoom(try .current(), for: request) }
        return try await self.withConnection(request) { cluster, context in
            let leftovers = self.state.withLock { $0.leftovers }.filter { $0.isSameImage(as: request) }
            try await self.fence(leftovers, on: cluster, context)
            try await self.pool.run {
                let held = Set(self.leftDevices(of: leftovers).map(\.record.name))
                for record in leftovers where !held.contains(record.name) { try self.forget(record) }
            }
            // Noted before the image is opened: from then on there is a client that a successor has to fence.
            let record = AttachmentRecord(request, by: mapper, clientAddress: cluster.instanceAddress)
            try await self.pool.run { try self.records.write(record) }
            do {
                return try await self.open(record, request.encryption, on: cluster, context) {
                    try await frontEnd.show($0, named: record.name)
                }
            } catch {
                try await self.pool.run { try self.records.remove(record) }
                throw error
            }
        }
    }

    /// Lends a connection of the volume's own, which stays open if `body` succeeds.
    func withConnection<Result>(
        _ request: MapRequest,
        _ body: (Cluster, IOContext) async throws -> Result
    ) async throws -> Result {
        var options = try MapOptions.librbd(request.mapOptions).merging(Self.fixedOptions) { $1 }
        if request.encryption != .none { options.merge(Self.encryptedOptions) { $1 } }
        let cluster = try await Cluster.connect(
            to: request.target,
            timeouts: .io(request.ioTimeout),
            options: options,
            pool: self.pool
        )
        do {
            guard cluster.fsid == request.fsid else {
                throw MapError(.mismatch, "the monitors given are of cluster \(cluster.fsid), not of \(request.fsid)")
            }
            return try await body(
                cluster,
                try await cluster.ioContext(poolID: request.poolID, namespace: request.namespace)
            )
        } catch {
            await cluster.close()
            throw error
        }
    }

    /// Opens a volume's image, lets `show` make or take over its device, and serves it.
    ///
    /// - Parameter encryption: what the record says of it, with the key: without it nothing is shown.
    func open(
        _ record: AttachmentRecord,
        _ encryption: VolumeEncryption,
        on cluster: Cluster,
        _ context: IOContext,
        _ show: (ServedImage) async throws -> any ShownDevice
    ) async throws -> ServedVolume {
        self.exposures.report(encryption, self.logger)
        let image = try await LiveImage.open(.id(record.imageID), in: context, readOnly: record.isReadOnly) {
            try encryption.load(on: $0, record)
        }
        do {
            if !image.isReadOnly { try await self.lock(image, record) }
            let served = ServedImage(image, size: try await image.size(), isEncrypted: record.encryption != nil)
            // Only the newest change matters: following reads the size anew.
            let (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            try await image.onUpdate { changed.yield() }
            let device = try await show(served)
            let volumeID = record.volumeID
            let follower = Task { [weak self] in
                for await _ in changes { await self?.follow(volumeID) }
            }
            let volume = ServedVolume(
                record: record,
                cluster: cluster,
                image: served,
                device: device,
                follower: follower
            )
            self.state.withLock { $0.volumes[volumeID] = volume }
            return volume
        } catch {
            await self.closeUnused(image)
            throw error
        }
    }

    private func lock(_ image: LiveImage, _ record: AttachmentRecord) async throws {
        do {
            try await image.acquireLock()
        } catch let error as CephError where error.code == .invalidArgument {
            // Without the feature there is no lock; who may attach is the driver's decision, not the lock's.
            self.logger.warning("an image has no exclusive-lock", metadata: ["volume": "\(record.volumeID)"])
        } catch let error as CephError where error.code == .readOnlyFileSystem || error.code == .resourceBusy {
            let name = ImageName.id(record.imageID)
            // librbd knows no lock of an image opened read-only; opening for writing takes none by itself.
            let owner = try await image.context.withImage(name, readOnly: false) { try $0.lockOwner() }
            throw MapError(
                .busy,
                "image \(record.imageName) is locked by client \(owner ?? "unknown"): fence it or unmap it there",
                cause: error
            )
        }
    }

    private func closeUnused(_ image: LiveImage) async {
        do {
            try await image.close()
        } catch {
            self.logger.warning("closing an image", metadata: ["image": "\(image.path)", "error": "\(error)"])
        }
    }
}
