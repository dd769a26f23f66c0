// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import CSI
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Redaction

/// `controller-benchmark`: CreateVolume and DeleteVolume over the driver's socket, timed one by one.
///
/// It prints a JSON object a call, of the same form as `bare`, which does the same with librbd alone.
@main
struct ControllerBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "controller-benchmark")

    @Option(help: "The driver's CSI socket.")
    var socket: String

    @Option var cluster = "bench"
    @Option var pool = "students"
    @Option var namespace = ""
    @Option var user = "csi"

    @Option(help: "The user's key.")
    var key: String

    @Option(help: "How many volumes.")
    var count = 200

    @Option(help: "How many calls at once.")
    var concurrency = 1

    @Option(help: "What the volumes' names begin with.")
    var prefix = "bench"

    func run() async throws {
        let client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .unixDomainSocket(path: self.socket),
                transportSecurity: .plaintext
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.runConnections() }
            let controller = ControllerClient(client)
            // The first call connects to the cluster and makes the records' objects: once in a driver's life.
            let first = try await self.create("\(self.prefix)-first", controller)
            let created = try await self.measure("CreateVolume") {
                try await self.create("\(self.prefix)-\($0)", controller)
            }
            _ = try await self.measure("DeleteVolume") { try await self.delete(created[$0], controller) }
            try await self.delete(first, controller)
            client.beginGracefulShutdown()
            try await group.waitForAll()
        }
    }

    /// Makes a call `count` times, `concurrency` at once, and prints how long each took.
    private func measure<Value: Sendable>(
        _ what: String,
        _ call: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        let start = ContinuousClock.now
        let lanes = self.concurrency
        let count = self.count
        let results = try await withThrowingTaskGroup(of: [(Int, Value, Duration)].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var results: [(Int, Value, Duration)] = []
                    for index in stride(from: lane, to: count, by: lanes) {
                        let begin = ContinuousClock.now
                        let value = try await call(index)
                        results.append((index, value, begin.duration(to: .now)))
                    }
                    return results
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = Self.milliseconds(start.duration(to: .now))
        let times = results.map { Self.milliseconds($0.2) }.sorted()
        let figures = "\"p50\":\(Self.round(times[count / 2])),\"p95\":\(Self.round(times[count * 95 / 100]))"
        let rate = Self.round(Double(count) / elapsed * 1000)
        print("{\"what\":\"\(what)\",\"at_once\":\(lanes),\"count\":\(count),\(figures),\"per_second\":\(rate)}")
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private var secrets: [String: Secret] { ["userID": Secret(self.user), "userKey": Secret(self.key)] }

    private func create(
        _ name: String,
        _ controller: ControllerClient<HTTP2ClientTransport.Posix>
    ) async throws -> String {
        let answer = try await controller.createVolume(
            CreateVolumeRequest(
                name: name,
                capacityRange: CapacityRange(requiredBytes: 1 << 30),
                volumeCapabilities: [
                    VolumeCapability(
                        accessType: .mount(.init(fsType: "ext4")),
                        accessMode: .init(mode: .singleNodeWriter)
                    )
                ],
                parameters: [
                    "clusterID": self.cluster, "pool": self.pool, "radosNamespace": self.namespace, "course": "bench",
                    "csi.storage.k8s.io/pvc/namespace": "student-\(name.utf8.reduce(0) { $0 &+ Int($1) } % 30)",
                ],
                secrets: self.secrets
            ),
            timeout: .seconds(60)
        )
        return answer.volume?.volumeID ?? ""
    }

    private func delete(_ volumeID: String, _ controller: ControllerClient<HTTP2ClientTransport.Posix>) async throws {
        let request = DeleteVolumeRequest(volumeID: volumeID, secrets: self.secrets)
        _ = try await controller.deleteVolume(request, timeout: .seconds(60))
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }

    private static func round(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
