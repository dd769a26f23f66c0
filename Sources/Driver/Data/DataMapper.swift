// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import BlockMap
internal import GRPCCore
internal import LockerProto
internal import Rados

/// One front end of the data process, as a mapper: what makes devices lives on while the node process is replaced.
///
/// Keys do not travel over the socket; the data process takes them from the kernel keyring, where staging puts them.
package struct DataMapper: Mapper {
    package var name: String { self.mapper.rawValue }
    /// One data process has the devices of all of its front ends.
    package let place = "data"
    private let connection: DataConnection
    private let mapper: MapperName

    /// How long the data process may take to answer; attaching connects to the cluster, detaching flushes.
    private static let deadline: Duration = .seconds(120)

    /// Names the front end that the data process is asked for.
    package init(_ connection: DataConnection, _ mapper: MapperName) {
        self.connection = connection
        self.mapper = mapper
    }

    package func map(_ request: MapRequest) async throws -> MappedDevice {
        let seconds = request.ioTimeout?.components.seconds ?? 0
        let answer = try await self.connection.call("attach") {
            try await self.connection.data.attach(
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
                    mapOptions: request.mapOptions,
                    encryption: request.encryption.format?.rawValue ?? ""
                ),
                timeout: Self.deadline
            )
        }
        guard let attached = answer.attached else {
            throw MapError(.failed, "the data process attached \(request.volumeID) but named no device")
        }
        return attached.mappedDevice
    }

    package func unmap(volumeID: String, imageID: String) async throws {
        _ = try await self.connection.call("detach") {
            try await self.connection.data.detach(
                DetachRequest(volumeID: volumeID, imageID: imageID),
                timeout: Self.deadline
            )
        }
    }

    package func refresh(volumeID: String, imageID: String) async throws -> UInt64 {
        let answer = try await self.connection.call("refresh") {
            try await self.connection.data.refresh(
                RefreshRequest(volumeID: volumeID, imageID: imageID),
                timeout: Self.deadline
            )
        }
        return UInt64(clamping: answer.sizeBytes)
    }

    package func mapped() async throws -> [MappedDevice] {
        try await self.connection.call("list") {
            try await self.connection.data.list(ListRequest(), timeout: .seconds(10))
        }.attached.filter { $0.mapper == self.name }.map(\.mappedDevice)
    }

    package func device(volumeID: String, imageID: String) async throws -> MappedDevice? {
        // A data process of before the request had a field answers with all.
        try await self.connection.call("list") {
            try await self.connection.data.list(ListRequest(volumeID: volumeID), timeout: .seconds(10))
        }.attached.first { $0.volumeID == volumeID }?.mappedDevice
    }
}
