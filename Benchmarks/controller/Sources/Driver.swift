// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import ArgumentParser
internal import CSI
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Redaction

/// The driver that is measured, and the class of the volumes that it makes.
struct Driver: ParsableArguments {
    typealias Transport = HTTP2ClientTransport.Posix

    @Option(help: "The driver's CSI socket.")
    var socket: String

    @Option var cluster = "bench"
    @Option var pool = "students"
    @Option var namespace = ""
    @Option var user = "csi"

    @Option(help: "The user's key.")
    var key: String

    /// How long a call may take.
    static let patience = Duration.seconds(120)

    var secrets: [String: Secret] { ["userID": Secret(self.user), "userKey": Secret(self.key)] }

    /// A class without a student.
    var parameters: [String: String] {
        ["clusterID": self.cluster, "pool": self.pool, "radosNamespace": self.namespace, "course": "bench"]
    }

    /// Filesystem volumes of one writer.
    var capability: VolumeCapability {
        VolumeCapability(accessType: .mount(.init(fsType: "ext4")), accessMode: .init(mode: .singleNodeWriter))
    }

    /// Runs `body` with a connection that is reused by all calls.
    func connected(_ body: @escaping @Sendable (GRPCClient<Transport>) async throws -> Void) async throws {
        let target = HTTP2ClientTransport.Posix.self
        let client = GRPCClient(
            transport: try target.http2NIOPosix(
                target: .unixDomainSocket(path: self.socket),
                transportSecurity: .plaintext
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.runConnections() }
            try await body(client)
            client.beginGracefulShutdown()
            try await group.waitForAll()
        }
    }

    /// Asks for a volume of 1 GiB of one of thirty students, or for a copy of one.
    ///
    /// - Parameters:
    ///   - original: the name of the volume that is copied, whose student the copy is for; it has 2 GiB by then.
    ///   - source: what is copied.
    /// - Returns: its id.
    func create(
        _ name: String,
        of original: String? = nil,
        from source: VolumeContentSource.Kind? = nil,
        by client: GRPCClient<Transport>
    ) async throws -> String {
        var parameters = self.parameters
        let student = (original ?? name).utf8.reduce(0) { $0 &+ Int($1) } % 30
        parameters["csi.storage.k8s.io/pvc/namespace"] = "student-\(student)"
        let answer = try await ControllerClient(client).createVolume(
            CreateVolumeRequest(
                name: name,
                capacityRange: CapacityRange(requiredBytes: original == nil ? 1 << 30 : 2 << 30),
                volumeCapabilities: [self.capability],
                parameters: parameters,
                secrets: self.secrets,
                volumeContentSource: source.map { VolumeContentSource(kind: $0) }
            ),
            timeout: Self.patience
        )
        return answer.volume?.volumeID ?? ""
    }

    /// Asks for a volume's deletion.
    func delete(_ volumeID: String, by client: GRPCClient<Transport>) async throws {
        let request = DeleteVolumeRequest(volumeID: volumeID, secrets: self.secrets)
        _ = try await ControllerClient(client).deleteVolume(request, timeout: Self.patience)
    }
}
