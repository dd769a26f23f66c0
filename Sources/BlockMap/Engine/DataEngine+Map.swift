// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage

extension DataEngine {
    package func map(_ request: MapRequest) async throws -> MappedDevice {
        try await self.locks.with(request.volumeID) {
            do {
                if let volume = self.state.withLock({ $0.volumes[request.volumeID] }) {
                    try Self.verify(volume.record, request)
                    if let device = try await self.pool.run({ volume.isIntact ? volume.mapped(isIntact: true) : nil }) {
                        return device
                    }
                    // Another program parted the device from its file: whoever used it has lost it already.
                    try await self.takeDown(volume)
                }
                return try await self.serve(request)
            } catch {
                throw MapError.wrapping(error, "map volume \(request.volumeID) (image \(request.imageName))")
            }
        }
    }

    private static func verify(_ record: AttachmentRecord, _ request: MapRequest) throws(MapError) {
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
    }

    // librados makes the thread that submits wait once a client has 100 MB in flight. Let it be a thread of librbd's: the
    // ones that read requests are every volume's, which a volume whose cluster is silent must not stop.
    private static let fixedOptions = ["rbd_non_blocking_aio": "true"]

    private func serve(_ request: MapRequest) async throws -> MappedDevice {
        let options = try MapOptions.librbd(request.mapOptions).merging(Self.fixedOptions) { $1 }
        let cluster = try await Cluster.connect(
            to: request.target,
            timeouts: .io(request.ioTimeout),
            options: options,
            pool: self.pool
        )
        do {
            return try await self.serve(request, on: cluster)
        } catch {
            await cluster.close()
            throw error
        }
    }

    private func serve(_ request: MapRequest, on cluster: Cluster) async throws -> MappedDevice {
        guard cluster.fsid == request.fsid else {
            throw MapError(.mismatch, "the monitors given are of cluster \(cluster.fsid), not of \(request.fsid)")
        }
        let context = try await cluster.ioContext(poolID: request.poolID, namespace: request.namespace)
        try await self.fencePredecessors(on: cluster, context, request)
        // Noted before the image is opened: from then on there is a client that a successor has to fence.
        let record = AttachmentRecord(request, clientAddress: cluster.instanceAddress)
        try await self.pool.run { try self.records.write(record) }
        do {
            let image = try await LiveImage.open(.id(request.imageID), in: context, readOnly: request.isReadOnly)
            do {
                return try await self.show(image, record, cluster)
            } catch {
                await self.closeUnused(image)
                throw error
            }
        } catch {
            try await self.pool.run { try self.records.remove(record) }
            throw error
        }
    }

    private func show(_ image: LiveImage, _ record: AttachmentRecord, _ cluster: Cluster) async throws -> MappedDevice {
        if !image.isReadOnly { try await self.lock(image, record) }
        let server = try self.server()
        let file = ServedImage(image, size: try await image.size())
        // Only the newest change matters: following reads the size anew.
        let (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await image.onUpdate { changed.yield() }
        server.add(file, named: record.name)
        let device: LoopDevice
        do {
            device = try await self.pool.run { try Self.attach(record, to: server.path(of: record.name)) }
        } catch {
            server.remove(named: record.name)
            throw error
        }
        let volumeID = record.volumeID
        let follower = Task { [weak self] in
            for await _ in changes { await self?.follow(volumeID) }
        }
        let volume = ServedVolume(record: record, cluster: cluster, file: file, device: device, follower: follower)
        self.state.withLock { $0.volumes[volumeID] = volume }
        return volume.mapped(isIntact: true)
    }

    private static func attach(_ record: AttachmentRecord, to file: FilePath) throws(HostError) -> LoopDevice {
        let device = try LoopDevice.attach(file, readOnly: record.isReadOnly, label: "locker:\(record.name)")
        do throws(HostError) {
            try device.tuneQueue(readAhead: 4 << 20)
        } catch {
            try device.detach()
            throw error
        }
        return device
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

extension AttachmentRecord {
    /// Notes a request that is about to be served by the client `clientAddress`.
    fileprivate init(_ request: MapRequest, clientAddress: String) {
        self.init(
            name: String(UInt64.random(in: .min ... .max), radix: 16),
            volumeID: request.volumeID,
            fsid: request.fsid,
            poolID: request.poolID,
            namespace: request.namespace,
            imageName: request.imageName,
            imageID: request.imageID,
            isReadOnly: request.isReadOnly,
            clientAddress: clientAddress
        )
    }
}
