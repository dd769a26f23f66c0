// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import BlockMap
internal import CSI
internal import GRPCCore
internal import Host
internal import Kubernetes
package import Locker
internal import LockerProto
package import Logging
internal import Metrics
internal import Rados
package import ServiceLifecycle
internal import Synchronization
internal import SystemPackage
internal import Vault

/// A process of Locker, put together: what it serves and what runs beside that.
///
/// The services are in the order of their start; they end in the reverse, so that calls drain while Ceph is still there.
package struct Plugin: Sendable {
    /// What runs.
    package private(set) var services: [any Service] = []

    /// Whether the clusters answer; `nil` in a data process, which has none of its own.
    package private(set) var readiness: Readiness?

    /// What is in work, for `/debug/operations`.
    package let operations = OperationRegistry()

    /// The mappers of the node, for its metrics.
    package private(set) var mappers: MapperTable?

    /// The erasures of the controller, for its metrics.
    package private(set) var erasures: Erasures?

    /// Whether kubelet knows the driver; `nil` in a process that does not make itself known.
    package private(set) var registration: KubeletRegistration?

    /// Reads what the controller knows of, for its status page.
    package private(set) var status: (@Sendable (StatusQuery) async throws -> StatusSnapshot)?

    private let options: PluginOptions
    private let logger: Logger
    private let threads: BlockingPool
    private let catalog: ClusterCatalog
    private let clusters: ClusterPool
    private let vault: VaultServices
    private var registrations: [any RegistrableRPCService] = []

    /// A process that serves nothing yet.
    package init(options: PluginOptions, logger: Logger) {
        self.options = options
        self.logger = logger
        let threads = BlockingPool(threads: 32, name: "ceph and host")
        self.threads = threads
        self.catalog = ClusterCatalog(path: options.config, instancePath: options.instanceConfig)
        let clusters = ClusterPool(threads: threads)
        self.clusters = clusters
        let vault = VaultServices()
        self.vault = vault
        self.services.append(
            BackgroundService({ await clusters.run() }) {
                await vault.shutDown()
                await clusters.close()
                await threads.shutdown()
            }
        )
    }

    /// Adds the Controller service.
    ///
    /// - Throws: ``LockerError`` for a key file that cannot be read.
    package mutating func addController() async throws {
        guard let path = self.options.instanceKey else {
            throw LockerError(
                .invalidArgument,
                "--instance-key is required: the file of the keys that sign volume handles"
            )
        }
        let keys: InstanceKeys
        do {
            keys = try InstanceKeys(parsing: String(decoding: try HostFile.read(path), as: UTF8.self))
        } catch let error as HostError {
            throw LockerError(.invalidArgument, "--instance-key cannot be read: \(error)", cause: error)
        }
        let identity = ControllerIdentity(instance: self.options.driverName, process: self.options.instanceID)
        let erasures = Erasures(
            clusters: self.clusters,
            layouts: LayoutCache(),
            identity: identity,
            keys: keys,
            version: Version.current,
            logger: self.logger,
            hook: self.options.hook
        )
        let volumes = Volumes(
            clusters: self.clusters,
            keys: keys,
            identity: identity,
            erasures: erasures,
            logger: self.logger,
            hook: self.options.hook
        )
        let janitor = Janitor(
            catalog: self.catalog,
            clusters: self.clusters,
            volumes: volumes,
            receiptsKept: self.options.receiptsKept,
            logger: self.logger
        )
        self.erasures = erasures
        self.services.append(
            BackgroundService({ await janitor.run() }) {
                await volumes.finishAfterwards()
                await erasures.close()
            }
        )
        let server = ControllerServer(
            volumes: volumes,
            catalog: self.catalog,
            operations: self.operations,
            keys: keys,
            keyKeepers: KeyKeepers(files: self.options.keyEncryptionKeys, services: self.vault),
            ownNode: self.options.nodeID.isEmpty ? nil : self.options.nodeID
        )
        self.status = { try await server.status($0) }
        try self.addSilentNodes(volumes: volumes, places: { try await server.places(after: nil) })
        self.registrations.append(ControllerRegistration(server))
        self.registrations.append(GroupControllerRegistration(GroupServer(controller: server)))
        self.registrations.append(SnapshotMetadataRegistration(SnapshotMetadataServer(controller: server)))
    }

    /// Adds the watch over silent nodes, if it is asked for.
    private mutating func addSilentNodes(
        volumes: Volumes,
        places: @escaping @Sendable () async throws -> [RecordPlace]
    ) throws(LockerError) {
        guard let silence = self.options.silence else { return }
        guard let access = self.options.kubernetes else {
            throw LockerError(
                .invalidArgument,
                "--fence-silent-nodes needs Kubernetes, which sets KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT in pods"
            )
        }
        guard try !self.catalog.identities().isEmpty else {
            throw LockerError(
                .invalidArgument,
                "--fence-silent-nodes needs --instance-config with a user: no call brings one to fence nodes as"
            )
        }
        let api = KubernetesAPI(access)
        let nodes = SilentNodes(
            api: api,
            taint: self.options.taintsSilentNodes ? .outOfService(by: self.options.driverName) : nil,
            volumes: volumes,
            places: places,
            patience: silence,
            logger: self.logger,
            count: Counter(label: "locker_silent_nodes_fenced_total")
        )
        self.services.append(BackgroundService({ try await nodes.run() }, end: { await api.shutDown() }))
    }

    /// Adds the Node service over some mappers.
    package mutating func addNode(mappers: MapperTable) async throws {
        let staging = try StagingStore(stateDirectory: self.options.stateDirectory, logger: self.logger)
        let volumes = NodeVolumes(
            catalog: self.catalog,
            clusters: self.clusters,
            mappers: mappers,
            staging: staging,
            node: NodeIdentity(nodeID: self.options.nodeID, bootID: try BootID.current()),
            threads: self.threads,
            kubelet: self.options.kubeletDirectory,
            crushLocation: self.options.crushLocation,
            keyKeepers: KeyKeepers(files: self.options.keyEncryptionKeys, services: self.vault),
            cgroups: self.options.cgroupRoot,
            logger: self.logger,
            hook: self.options.hook
        )
        self.mappers = mappers
        if !Privileges.current().contains(.resources) {
            self.logger.warning(
                "CAP_SYS_RESOURCE is missing: an ext4 grows only while it is not mounted, when its volume is staged again"
            )
        }
        let limit = self.options.maxVolumesPerNode ?? VolumeCeiling(mappers: mappers.names).volumes
        let topology = try NodeTopology.segments(self.options.topology, driver: self.options.driverName)
        let sign = NodeSign(
            catalog: self.catalog,
            clusters: self.clusters,
            registry: NodeRegistry(driverName: self.options.driverName),
            record: NodeRecord(
                nodeID: self.options.nodeID,
                bootID: try BootID.current(),
                maxVolumes: limit,
                topology: topology
            ),
            logger: self.logger
        )
        self.services.append(BackgroundService { await sign.run() })
        self.services.append(BackgroundService { await volumes.followLimits() })
        self.services.append(BackgroundService { await volumes.watchClusters() })
        let server = NodeServer(volumes: volumes, operations: self.operations, topology: topology, maxVolumes: limit)
        self.registrations.append(NodeRegistration(server))
        let logger = self.logger
        self.services.append(
            BackgroundService {
                do {
                    try await volumes.recover()
                } catch {
                    logger.warning("What was staged before could not be looked at", metadata: ["error": "\(error)"])
                }
            }
        )
    }

    /// Adds what makes devices in user space in this process.
    ///
    /// - Parameter isKept: whether the node process is another one, which keeps what this one's successor needs.
    package mutating func addEngine(isKept: Bool = false) async throws -> DataEngine {
        // Before anything is mounted.
        let store = isKept ? Self.store(beside: try self.requiredDataSocket().path) : nil
        self.raiseFileLimit()
        // Threads of its own: taking down the volumes of a silent cluster holds one each.
        let threads = BlockingPool(threads: 64, name: "data engine")
        let looks = BlockingPool(threads: 2, name: "looks at devices")
        let engine = DataEngine(
            directory: self.options.stateDirectory.appending("data"),
            store: store,
            pool: threads,
            looks: looks,
            keys: { try VolumeKey.read(named: VolumeKey.name(of: $0))?.userKey },
            encryptionKeys: { try VolumeKey.dataKey(named: VolumeKey.name(of: $0)) },
            succession: RecordedSuccession(),
            logger: self.logger
        )
        try await engine.start()
        self.services.append(
            BackgroundService(end: {
                await engine.close()
                await threads.shutdown()
                await looks.shutdown()
            })
        )
        return engine
    }

    private func requiredDataSocket() throws(LockerError) -> SocketEndpoint {
        guard let socket = self.options.dataSocket else {
            throw LockerError(.invalidArgument, "--data-socket is required: where the node process finds this one")
        }
        return socket
    }

    /// Where the node process keeps the data process' files.
    private static func store(beside socket: FilePath) -> FilePath {
        let name = socket.lastComponent?.stem ?? "data"
        return socket.removingLastComponent().appending("\(name).store.sock")
    }

    /// Adds what keeps the data process' files while that one is replaced. A node does without it rather than not at all.
    private mutating func keepFiles(beside socket: FilePath) {
        let (path, logger) = (Self.store(beside: socket), self.logger)
        let server = Mutex<DescriptorStoreServer?>(nil)
        self.services.append(
            BackgroundService({
                var isTold = false
                while true {
                    do {
                        let running = try DescriptorStoreServer(at: path)
                        return server.withLock { $0 = running }
                    } catch  where !isTold {
                        // A predecessor may not have ended yet.
                        isTold = true
                        logger.warning(
                            "Nothing is kept for the next data process yet: nbd would wait for the kernel's timer",
                            metadata: ["error": "\(error)"]
                        )
                    } catch {}
                    try await Task.sleep(for: .seconds(1))
                }
            }) {
                server.withLock { $0.take() }?.stop()
            }
        )
    }

    /// Each volume of an engine is a client of Ceph's: a login's and systemd's 1024 open files are enough for some thirty.
    private func raiseFileLimit() {
        do {
            let limit = try FileDescriptorLimit.raise()
            guard limit.count < 1 << 16 else { return }
            self.logger.warning(
                "Few files may be open: volumes are refused when there is no room for another client of Ceph's",
                metadata: ["limit": "\(limit.count)", "remedy": "raise RLIMIT_NOFILE (LimitNOFILE=, --ulimit nofile)"]
            )
        } catch {
            self.logger.warning("How many files may be open cannot be raised", metadata: ["error": "\(error)"])
        }
    }

    /// Adds the Data service of an engine on the data socket.
    package mutating func addData(_ engine: DataEngine) throws {
        self.services.append(
            SocketServer(
                endpoint: try self.requiredDataSocket(),
                services: [DataRegistration(DataServer(engine: engine))],
                interceptors: [CallInterceptor(driverName: self.options.driverName, logger: self.logger)],
                logger: self.logger
            )
        )
    }

    /// The mappers of a node process: kernel rbd where there is one, and the data process.
    package mutating func nodeMappers(engine: DataEngine?) throws -> MapperTable {
        var mappers: [MapperName: any Mapper] = [:]
        if KernelRBDMapper.isAvailable() {
            let looks = BlockingPool(threads: 4, name: "looks at rbd")
            let kernel = KernelRBDMapper(pool: self.threads, looks: looks, logger: self.logger)
            mappers[.krbd] = DMCryptMapper(
                above: kernel,
                pool: self.threads,
                keys: { try VolumeKey.dataKey(named: VolumeKey.name(of: $0)) },
                logger: self.logger
            )
            self.services.append(BackgroundService({ try await kernel.run() }, end: { await looks.shutdown() }))
        }
        if let engine {
            for name in DataEngine.available() { mappers[name] = EngineMapper(engine, name) }
        } else if let socket = self.options.dataSocket {
            let connection = try DataConnection(socket: socket.path)
            for name in DataEngine.available() { mappers[name] = DataMapper(connection, name) }
            self.services.append(BackgroundService({ try await connection.run() }, end: { connection.close() }))
            self.keepFiles(beside: socket.path)
        }
        guard !mappers.isEmpty else {
            throw LockerError(
                .failedPrecondition,
                "this node can map nothing: its kernel has no rbd, and without --data-socket there is no data process"
            )
        }
        return MapperTable(mappers, fixedSize: DataEngine.fixedSize())
    }

    /// Adds the Identity service and the CSI socket that all services added so far answer on.
    package mutating func serveCSI() throws {
        guard let endpoint = self.options.endpoint else {
            throw LockerError(.invalidArgument, "--endpoint or CSI_ENDPOINT is required: unix:///path/to/csi.sock")
        }
        let readiness = Readiness(catalog: self.catalog, clusters: self.clusters, logger: self.logger)
        self.readiness = readiness
        self.services.append(BackgroundService { await readiness.run() })
        let identity = IdentityServer(name: self.options.driverName, version: Version.current, readiness: readiness)
        let operations = self.operations
        self.services.append(BackgroundService(end: { await operations.drain() }))
        self.services.append(
            SocketServer(
                endpoint: endpoint,
                services: self.registrations + [IdentityRegistration(identity)],
                interceptors: [CallInterceptor(driverName: self.options.driverName, logger: self.logger)],
                logger: self.logger
            )
        )
    }
    /// Makes the node known to kubelet, where an option names the directory that kubelet watches; after ``serveCSI()``, so
    /// that it is forgotten before the calls drain.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` for a directory that is not there, or whose path is too long for a socket in it.
    package mutating func register() throws {
        guard let directory = self.options.registrationDirectory, let endpoint = self.options.endpoint else { return }
        guard try MountTarget.kind(of: directory, below: TrustedRoot(directory)) == .directory else {
            throw LockerError(
                .invalidArgument,
                "--registration-dir \(directory) is no directory; it is to be kubelet's plugins_registry, as this process sees it"
            )
        }
        let name = KubeletRegistration.socketName(of: self.options.driverName)
        let registration = KubeletRegistration(
            driverName: self.options.driverName,
            socket: try SocketEndpoint(directory.appending(name).string),
            endpoint: (self.options.registrationPath ?? endpoint.path).string,
            driver: endpoint,
            logger: self.logger
        )
        self.registration = registration
        self.services.append(registration)
    }
}
