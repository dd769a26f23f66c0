// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CoreMetrics
internal import Driver
internal import Locker
internal import Logging
internal import ServiceLifecycle
internal import StatusPage
internal import SystemPackage
internal import Telemetry
internal import UnixSignals

/// The way from options to a running process: logging, metrics, the plugin, and its orderly end.
struct Launch {
    private let options: PluginOptions
    private let process: ProcessOptions
    private let statusListen: String?

    /// Checks what the options say together.
    ///
    /// - Throws: `LockerError` with what is wrong and what would be right.
    init(
        process: ProcessOptions,
        identity: IdentityOptions? = nil,
        controller: ControllerOptions? = nil,
        node: NodeOptions? = nil,
        state: StateOptions? = nil
    ) throws {
        self.process = process
        self.statusListen = controller?.statusListen
        let endpoint = identity?.endpoint ?? (identity == nil ? nil : ProcessEnvironment.value("CSI_ENDPOINT"))
        self.options = PluginOptions(
            endpoint: try endpoint.map { try SocketEndpoint($0) },
            dataSocket: try state?.dataSocket.map { try SocketEndpoint($0) },
            driverName: identity?.driverName ?? "rbd.locker.csi",
            config: FilePath(identity?.config ?? ""),
            instanceConfig: identity?.instanceConfig.map { FilePath($0) },
            instanceKey: controller.map { FilePath($0.instanceKey) },
            keyEncryptionKeys: identity?.keyEncryptionKeys.map { FilePath($0) },
            receiptsKept: controller?.receiptsKeep.map { .seconds($0 * 86_400) },
            silence: controller?.fenceSilentNodes.map { .seconds($0) },
            taintsSilentNodes: controller?.taintSilentNodes ?? false,
            kubernetes: controller?.kubernetes,
            instanceID: controller?.instanceID ?? ProcessEnvironment.hostName,
            nodeID: node?.nodeID ?? "",
            topology: try node?.labels ?? [:],
            maxVolumesPerNode: node?.maxVolumesPerNode,
            stateDirectory: FilePath(state?.stateDir ?? "/var/lib/locker"),
            cgroupRoot: FilePath(node?.cgroupRoot ?? ""),
            kubeletDirectory: FilePath(node?.kubeletDir ?? "/var/lib/kubelet"),
            crushLocation: try node?.crushLabels ?? [:],
            registrationDirectory: node?.registrationDir.map { FilePath($0) },
            registrationPath: node?.kubeletRegistrationPath.map { FilePath($0) },
            hook: KillStep.hook
        )
    }

    /// Runs the process until it is asked to end.
    ///
    /// - Parameter assemble: adds what this process serves.
    func run(_ assemble: (inout Plugin) async throws -> Void) async throws {
        let metrics = PrometheusFactory()
        MetricsSystem.bootstrap(metrics)
        let (level, format) = (self.process.logLevel.level, self.process.logFormat)
        LoggingSystem.bootstrap { label in
            switch format {
            case .json: JSONLogHandler(label: label, level: level)
            case .text: TextLogHandler(label: label, level: level)
            }
        }
        let logger = Logger(label: "locker")
        var plugin = Plugin(options: self.options, logger: logger)
        try await assemble(&plugin)
        var services = plugin.services
        if let text = self.process.httpEndpoint, let address = ListenAddress(text) {
            services.append(self.metricsServer(address, metrics: metrics, plugin: plugin, logger: logger))
        }
        if let text = self.statusListen, let address = ListenAddress(text), let read = plugin.status {
            services += Self.statusServices(address, read: read, logger: logger)
        }
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "locker.lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        // Less than Kubernetes' grace period of 30 s.
        configuration.maximumGracefulShutdownDuration = .seconds(25)
        logger.info("Starting", metadata: ["version": "\(Version.current)", "driver": "\(self.options.driverName)"])
        try await ServiceGroup(configuration: configuration).run()
        logger.info("Ended")
    }

    /// The status page: its server, which ends first, and the readings behind it.
    private static func statusServices(
        _ address: ListenAddress,
        read: @escaping @Sendable (StatusQuery) async throws -> StatusSnapshot,
        logger: Logger
    ) -> [any Service] {
        let answers = StatusAnswers(read: read)
        let site = StatusSite(answers)
        return [
            BackgroundService(end: { await answers.close() }),
            PageServer(address: address, option: "--status-listen", logger: logger) { await site.reply(to: $0) },
        ]
    }

    private func metricsServer(
        _ address: ListenAddress,
        metrics: PrometheusFactory,
        plugin: Plugin,
        logger: Logger
    ) -> MetricsServer {
        let (readiness, operations) = (plugin.readiness, plugin.operations)
        let (mappers, erasures, registration) = (plugin.mappers, plugin.erasures, plugin.registration)
        metrics.onCollect {
            await ScrapeSamples.collect(
                operations: operations,
                mappers: mappers,
                erasures: erasures,
                registration: registration
            )
        }
        return MetricsServer(
            address: address,
            metrics: metrics,
            readiness: { readiness?.reason },
            operations: { OperationList.json(operations.running) },
            logger: logger
        )
    }
}
