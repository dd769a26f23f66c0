// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
package import Logging
internal import NIOCore
internal import NIOPosix
package import Rados
internal import Synchronization

/// Whether the clusters answer, found out in the background so that Probe never waits for them.
package final class Readiness: Sendable {
    /// What the last look found.
    package enum State: Sendable, Hashable {
        /// No look has ended yet.
        case unknown
        case ready
        /// In words for a person.
        case notReady(String)
    }

    private let catalog: ClusterCatalog
    private let clusters: ClusterPool
    private let logger: Logger
    private let state = Mutex(State.unknown)

    /// How long a look may take.
    private static let deadline: TimeAmount = .seconds(2)

    /// Looks at the clusters of a catalogue.
    package init(catalog: ClusterCatalog, clusters: ClusterPool, logger: Logger) {
        self.catalog = catalog
        self.clusters = clusters
        self.logger = logger
    }

    /// What the last look found.
    package var current: State { self.state.withLock { $0 } }

    /// Why it is not ready; `nil` if it is.
    package var reason: String? {
        switch self.current {
        case .ready: nil
        case .unknown: "the clusters have not been asked yet"
        case .notReady(let reason): reason
        }
    }

    /// Looks until the task is cancelled: often until all answer, then every five seconds.
    package func run() async {
        while !Task.isCancelled {
            let found = await self.look()
            let before = self.state.withLock { state in
                defer { state = found }
                return state
            }
            if before != found {
                switch found {
                case .ready: self.logger.info("The clusters answer")
                case .notReady(let reason): self.logger.warning("Not ready", metadata: ["reason": "\(reason)"])
                case .unknown: break
                }
            }
            do {
                try await Task.sleep(for: found == .ready ? .seconds(5) : .milliseconds(250))
            } catch {
                return
            }
        }
    }

    /// Every cluster must answer. With an identity of its own Locker asks the monitors; without, a monitor that greets
    /// is taken for one that works.
    private func look() async -> State {
        do {
            for entry in try self.catalog.clusters().entries {
                if let target = try self.catalog.identity(on: entry) {
                    let lease = try await self.clusters.cluster(for: target)
                    try await lease.cluster.waitForLatestMap()
                } else {
                    try await Self.greet(entry)
                }
            }
            return .ready
        } catch {
            return .notReady("\(error)")
        }
    }

    private static func greet(_ entry: ClusterConfiguration.Entry) async throws {
        var failures: [String] = []
        for address in entry.monitors.flatMap(MonitorEndpoint.parse) {
            do {
                let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connectTimeout(self.deadline)
                    .connect(host: address.host, port: address.port) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                        }
                    }
                // A monitor speaks first, within a moment: "ceph v2" or "ceph v027".
                let timer = channel.channel.eventLoop.scheduleTask(in: self.deadline) {
                    channel.channel.close(promise: nil)
                }
                defer { timer.cancel() }
                let greeting = try await channel.executeThenClose { inbound, _ -> String in
                    for try await bytes in inbound { return String(decoding: bytes.readableBytesView, as: UTF8.self) }
                    return ""
                }
                if greeting.hasPrefix("ceph") { return }
                failures.append("\(address.host):\(address.port) does not greet as a Ceph monitor")
            } catch {
                failures.append("\(address.host):\(address.port): \(error)")
            }
        }
        throw LockerError(
            .unavailable,
            "no monitor of cluster \(entry.clusterID) answers: \(failures.joined(separator: "; "))"
        )
    }
}
