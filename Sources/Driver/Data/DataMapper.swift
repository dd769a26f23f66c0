// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import BlockMap
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import LockerProto
internal import Rados
package import SystemPackage

/// The data process' mapper, over its socket: what makes devices lives on while the node process is replaced.
///
/// Keys do not travel over the socket; the data process takes them from the kernel keyring, where staging puts them.
package final class DataMapper: Mapper {
    package let name: String
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let data: DataClient<HTTP2ClientTransport.Posix>
    private let path: FilePath

    /// How long the data process may take to answer; attaching connects to the cluster, detaching flushes.
    private static let deadline: Duration = .seconds(120)

    /// Talks to the data process at a socket; ``run()`` has to run for it.
    ///
    /// - Parameter name: the name of the mapper that the data process serves.
    package init(socket path: FilePath, name: String) throws {
        self.name = name
        self.path = path
        self.client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .unixDomainSocket(path: path.string),
                transportSecurity: .plaintext,
                // On the same machine a try costs nothing; by default a data process that was gone for a while would
                // not be found again for two minutes.
                config: .defaults {
                    $0.backoff.initial = .milliseconds(50)
                    $0.backoff.max = .seconds(1)
                }
            )
        )
        self.data = DataClient(self.client)
    }

    /// Keeps the connection until the task is cancelled or ``close()`` is called.
    package func run() async throws {
        try await self.client.runConnections()
    }

    /// Ends the connection when the calls in flight are answered.
    package func close() {
        self.client.beginGracefulShutdown()
    }

    package func map(_ request: MapRequest) async throws -> MappedDevice {
        let seconds = request.ioTimeout?.components.seconds ?? 0
        let answer = try await self.call("attach") {
            try await self.data.attach(
                AttachRequest(
                    volumeID: request.volumeID,
                    monitors: request.target.monitors,
                    user: request.target.user,
                    keyName: VolumeKey.name(of: request.volumeID),
                    poolID: request.poolID,
                    radosNamespace: request.namespace,
                    imageName: request.imageName,
                    imageID: request.imageID,
                    readOnly: request.isReadOnly,
                    ioTimeout: seconds,
                    mapper: self.name,
                    fsid: request.fsid,
                    mapOptions: request.mapOptions
                ),
                timeout: Self.deadline
            )
        }
        guard let attached = answer.attached else {
            throw MapError(.failed, "the data process at \(self.path) attached \(request.volumeID) but named no device")
        }
        return attached.mappedDevice
    }

    package func unmap(volumeID: String, imageID: String) async throws {
        _ = try await self.call("detach") {
            try await self.data.detach(DetachRequest(volumeID: volumeID, imageID: imageID), timeout: Self.deadline)
        }
    }

    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 {
        let answer = try await self.call("refresh") {
            try await self.data.refresh(RefreshRequest(volumeID: volumeID, imageID: imageID), timeout: Self.deadline)
        }
        return UInt64(clamping: answer.sizeBytes)
    }

    package func mapped() async throws -> [MappedDevice] {
        try await self.call("list") {
            try await self.data.list(ListRequest(), timeout: .seconds(10))
        }.attached.map(\.mappedDevice)
    }

    package func device(volumeID: String, imageID: String) async throws -> MappedDevice? {
        // A data process of before the request had a field answers with all.
        try await self.call("list") {
            try await self.data.list(ListRequest(volumeID: volumeID), timeout: .seconds(10))
        }.attached.first { $0.volumeID == volumeID }?.mappedDevice
    }

    /// The data process' refusals are passed on as they are; a process that is not there is said to be so.
    private func call<Answer>(_ what: String, _ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let error as RPCError where error.code == .unavailable || error.code == .deadlineExceeded {
            throw RPCError(
                code: .unavailable,
                message: "the data process at \(self.path) does not answer (\(what)): \(error.message)."
                    + " Is `locker data` running with this --socket?"
            )
        }
    }
}
