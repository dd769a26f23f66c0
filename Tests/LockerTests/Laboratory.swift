// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A RADOS namespace of a real cluster, with as many controllers as a test wants.
final class Laboratory: Sendable {
    let cluster: TestCluster
    /// The namespace, on a connection that is no controller's.
    let io: IOContext
    private let controllers = Mutex<[Controller]>([])

    private init(cluster: TestCluster, io: IOContext) {
        self.cluster = cluster
        self.io = io
    }

    /// Lends a laboratory to `body`, ends its controllers and empties the namespace.
    static func with(_ body: (Laboratory) async throws -> Void) async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { io in
            let laboratory = Laboratory(cluster: cluster, io: io)
            do {
                try await body(laboratory)
            } catch {
                await laboratory.close()
                throw error
            }
            await laboratory.close()
        }
    }

    private func close() async {
        for controller in self.controllers.withLock({ $0 }) { await controller.close() }
    }

    /// Starts a controller.
    ///
    /// - Parameters:
    ///   - process: its name: the pod's.
    ///   - hook: told of each step of an operation.
    ///   - erasureHook: told of each step of an erasure.
    ///   - ahead: how far its clock is ahead, in milliseconds.
    ///   - keys: the text of its key file; without any, nobody signs its receipts.
    ///   - instance: the driver's name.
    func controller(
        _ process: String = "locker-0",
        hook: StepHook = .none,
        erasureHook: StepHook = .none,
        ahead: Int64 = 0,
        width: Int = 4,
        keys: String = "a-key-of-the-tests",
        instance: String = "test"
    ) throws -> Controller {
        let events = EventLog()
        let clusters = ClusterPool(threads: self.cluster.threads)
        let steps = StepHook { step in
            events.note(step)
            try erasureHook.reached(step)
        }
        let identity = ControllerIdentity(instance: instance, process: process)
        let clock = WallClock { WallClock.system.milliseconds + ahead }
        let erasures = Erasures(
            clusters: clusters,
            layouts: LayoutCache(),
            identity: identity,
            keys: keys.isEmpty ? nil : try InstanceKeys(parsing: keys),
            version: "1.2.3",
            logger: events.logger,
            clock: clock,
            hook: steps,
            width: width
        )
        let volumes = Volumes(
            clusters: clusters,
            keys: try InstanceKeys(parsing: keys.isEmpty ? "a-key-of-the-tests" : keys),
            identity: identity,
            erasures: erasures,
            logger: events.logger,
            clock: clock,
            hook: hook
        )
        let controller = Controller(
            volumes: volumes,
            erasures: erasures,
            clusters: clusters,
            location: VolumeLocation(clusterID: "lab", target: self.cluster.csi),
            namespace: self.io.namespace,
            events: events
        )
        self.controllers.withLock { $0.append(controller) }
        return controller
    }

    /// A request for a small volume of a student.
    func request(
        _ name: String = "pvc-1",
        required: Int64 = 8 << 20,
        limit: Int64 = 0,
        student: String = "ada",
        parameters more: [String: String] = [:],
        capabilities: [Capability] = [Capability(block: true, accessMode: 1)]
    ) throws -> VolumeRequest {
        var parameters = [
            "clusterID": "lab", "pool": self.io.poolName, "course": "informatics-\(self.io.namespace)",
            "csi.storage.k8s.io/pvc/namespace": student, "csi.storage.k8s.io/pvc/name": "homework",
        ]
        parameters.merge(more) { $1 }
        return VolumeRequest(
            name: name,
            capacity: try CapacityBounds(required: required, limit: limit),
            parameters: try ClassParameters(parameters),
            capabilities: capabilities
        )
    }

    /// Every record of the namespace, those of deleted volumes included.
    func records() async throws -> [VolumeRecord] {
        try await VolumeListing().volumes(in: self.io)
    }

    /// What the course's ledger says of a student; nothing counted is zero.
    func total(_ student: String = "ada") async throws -> StudentTotal {
        let raw = try await self.ledger()["s/\(student)"]
        return try raw.map { try StudentTotal(decoding: $0) } ?? StudentTotal()
    }

    /// The volumes that the course's ledger counts.
    func counted() async throws -> [LedgerEntry] {
        try await self.ledger().filter { $0.key.hasPrefix("v/") }.map { try LedgerEntry(decoding: $0.value) }
    }

    private func ledger() async throws -> [String: [UInt8]] {
        try await self.omap(of: "locker.ledger.informatics-\(self.io.namespace)")
    }

    /// All keys and values of an object; none if there is no such object.
    func omap(of object: String) async throws -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        try await self.io.forEachOmapEntry(of: object) { values[$0] = $1 }
        return values
    }

    /// What is in the namespace but the objects that every namespace with Locker in it has for good, with what those
    /// still list: empty once every volume is gone.
    func remains() async throws -> [String] {
        var remains: [String] = []
        for object in try await self.io.objects() {
            let lists =
                object.hasPrefix("locker.shard.")
                || ["rbd_directory", "rbd_trash", "rbd_group_directory"].contains(object)
            if lists {
                let keys = try await self.omap(of: object).keys
                // "state" is librbd's own note of the directory, not an image; receipts are there for good.
                remains += keys.filter { $0 != "state" && !$0.hasPrefix("r/") }.map { "\(object): \($0)" }
            } else if object.hasPrefix("locker.ledger.") {
                remains += try await self.omap(of: object).keys.filter { $0.hasPrefix("v/") }
            } else if !["locker.layout", "rbd_info"].contains(object) {
                remains.append(object)
            }
        }
        remains += try await self.wrappedKeys().map { "key \($0.dataKeyID)" }
        return remains.sorted()
    }

    /// The wrapped keys of the namespace's volumes; those of other tests' are beside them.
    func wrappedKeys() async throws -> [WrappedKey] {
        let keys = try await self.io.cluster.ioContext(poolID: self.io.poolID, namespace: WrappedKeyStore.namespace)
        var found: [WrappedKey] = []
        for object in try await keys.objects(prefix: WrappedKeyStore.objectPrefix) {
            do {
                let value = try await keys.omapValues(of: object, keys: ["wrapped"])["wrapped"]
                let wrapped = try WrappedKey(decoding: value ?? [])
                if wrapped.radosNamespace == self.io.namespace { found.append(wrapped) }
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // Another test's, just destroyed.
            } catch is WireError {
                // Another test's, which has damaged it.
            }
        }
        return found
    }

    /// Expects one volume: one image, one record, counted once.
    func expectOne(
        _ volume: VolumeDescription,
        bytes: Int64 = 8 << 20,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let records = try await self.records()
        #expect(records == [volume.record], sourceLocation: sourceLocation)
        #expect(volume.record.phase == .ready && volume.record.step == nil, sourceLocation: sourceLocation)
        let images = try await self.io.images()
        #expect(images.map(\.id) == [volume.handle.imageID], sourceLocation: sourceLocation)
        #expect(images.map(\.name) == [volume.record.imageName], sourceLocation: sourceLocation)
        #expect(try await self.io.trash().isEmpty, sourceLocation: sourceLocation)
        let size = try await self.io.imageSize(imageID: volume.handle.imageID)
        #expect(size == UInt64(bytes), sourceLocation: sourceLocation)
        let total = try await self.total()
        #expect(total.bytes == bytes && total.volumes == 1, "\(total)", sourceLocation: sourceLocation)
        #expect(try await self.counted().map(\.bytes) == [bytes], sourceLocation: sourceLocation)
    }

    /// Expects that nothing of any volume is left.
    func expectNothing(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        // What only a removed snapshot held is trimmed by the OSDs in their own time.
        let end = ContinuousClock.now + .seconds(20)
        var remains = try await self.remains()
        while !remains.isEmpty, remains.allSatisfy({ $0.hasPrefix("rbd_data.") }), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(100))
            remains = try await self.remains()
        }
        #expect(remains == [], "\(remains)", sourceLocation: sourceLocation)
        let total = try await self.total()
        #expect(total.bytes == 0 && total.volumes == 0, "\(total)", sourceLocation: sourceLocation)
    }
}
