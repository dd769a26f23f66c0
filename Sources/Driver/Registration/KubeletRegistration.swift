// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Makes the node's driver known to kubelet, as upstream's node-driver-registrar does in a container of its own.
///
/// A socket in the directory that kubelet watches is the request to be registered, and its end the request to be forgotten.
/// So it is there only while the driver answers: made after the CSI socket, and gone before that drains. When kubelet
/// refuses the driver, it is taken away and made again after a while, which is what makes kubelet ask again.
package final class KubeletRegistration: Service {
    /// What kubelet has said.
    package enum State: Sendable, Hashable {
        /// It has not asked yet.
        case unknown
        case registered
        /// Why not, in kubelet's words.
        case refused(String)
    }

    /// The name of the socket of a driver: kubelet takes any, and upstream's registrar this one.
    package static func socketName(of driverName: String) -> String { "\(driverName)-reg.sock" }

    private static let firstPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(60)

    private let driverName: String
    private let socket: SocketEndpoint
    private let endpoint: String
    private let driver: SocketEndpoint
    private let logger: Logger
    private let state = Mutex(State.unknown)

    /// A registration that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - driverName: under which kubelet is to know the driver.
    ///   - socket: what kubelet finds in the directory that it watches.
    ///   - endpoint: the path of the CSI socket as kubelet sees it.
    ///   - driver: that socket as this process sees it.
    package init(
        driverName: String,
        socket: SocketEndpoint,
        endpoint: String,
        driver: SocketEndpoint,
        logger: Logger
    ) {
        self.driverName = driverName
        self.socket = socket
        self.endpoint = endpoint
        self.driver = driver
        self.logger = logger
    }

    /// What kubelet said last.
    package var current: State { self.state.withLock { $0 } }

    /// Keeps the driver registered until the process is asked to end.
    ///
    /// - Throws: ``LockerError`` if another process serves the socket, `HostError` if it cannot be made.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await self.driverServes()
                var pause = Self.firstPause
                while true {
                    let reason = try await self.serveUntilRefused()
                    self.logger.error(
                        "kubelet refuses the driver; it is asked again",
                        metadata: ["error": "\(reason)", "pause.s": "\(pause.components.seconds)"]
                    )
                    try await Task.sleep(for: pause)
                    pause = min(pause * 2, Self.longestPause)
                }
            }
        } catch is CancellationError {
            // Asked to end.
        }
    }

    /// Waits until the CSI socket answers: kubelet calls it at once.
    private func driverServes() async throws {
        while try !self.driver.isServed { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// Serves the registration socket until kubelet says that it does not take the driver.
    ///
    /// - Returns: kubelet's reason.
    private func serveUntilRefused() async throws -> String {
        let (refusals, refused) = AsyncStream.makeStream(of: String.self)
        let server = SocketServer(
            endpoint: self.socket,
            services: [
                RegistrationRegistration(
                    RegistrationServer(driverName: self.driverName, endpoint: self.endpoint) { isRegistered, error in
                        self.note(isRegistered ? .registered : .refused(error))
                        if !isRegistered { refused.yield(error) }
                    }
                )
            ],
            interceptors: [CallInterceptor(driverName: self.driverName, logger: self.logger)],
            logger: self.logger
        )
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask {
                for await reason in refusals {
                    // Kubelet is to get its answer before the socket goes.
                    try await Task.sleep(for: .milliseconds(100))
                    return reason
                }
                return nil
            }
            defer { group.cancelAll() }
            guard let reason = try await group.next() ?? nil else { throw CancellationError() }
            // The socket's file is gone when the group has ended.
            return reason
        }
    }

    private func note(_ state: State) {
        let before = self.state.withLock { now in
            defer { now = state }
            return now
        }
        // kubelet says so again after each of its restarts.
        if state == .registered, before != .registered {
            self.logger.info("kubelet has registered the driver", metadata: ["endpoint": "\(self.endpoint)"])
        }
    }
}
