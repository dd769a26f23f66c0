// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import BlockMap
package import GRPCCore
internal import Locker
package import LockerProto
internal import Rados

/// The Data service: the data process' block devices, for the node process of the same machine.
package struct DataServer: DataService {
    private let engine: DataEngine

    /// Serves an engine of this process.
    package init(engine: DataEngine) {
        self.engine = engine
    }

    package func attach(_ request: AttachRequest, context: ServerContext) async throws -> AttachResponse {
        guard let key = try VolumeKey.read(named: request.keyName) else {
            throw LockerError(
                .failedPrecondition,
                "the kernel keyring has no key \(request.keyName); the node process puts it there when it stages a volume"
            )
        }
        let mapper = try Self.mapper(request.mapper)
        let device = try await self.engine.map(
            MapRequest(
                volumeID: request.volumeID,
                target: ClusterTarget(monitors: request.monitors, user: request.user, key: key.userKey),
                fsid: request.fsid,
                poolID: request.poolID,
                namespace: request.radosNamespace,
                imageName: request.imageName,
                imageID: request.imageID,
                isReadOnly: request.readOnly,
                ioTimeout: request.ioTimeout == 0 ? nil : .seconds(request.ioTimeout),
                mapOptions: request.mapOptions,
                encryption: try Self.encryption(request, key)
            ),
            by: mapper
        )
        return AttachResponse(attached: Attached(device))
    }

    private static func encryption(_ request: AttachRequest, _ key: VolumeKey) throws -> VolumeEncryption {
        if request.encryption.isEmpty { return .none }
        guard let format = VolumeEncryption.Format(rawValue: request.encryption) else {
            // Never taken for "not encrypted".
            throw LockerError(.invalidArgument, "the data process knows no encryption \"\(request.encryption)\"")
        }
        guard let dataKey = key.dataKey else {
            throw LockerError(
                .failedPrecondition,
                "the kernel keyring has no key \(VolumeKey.dataName(request.keyName)) for the data of volume"
                    + " \(request.volumeID), which are encrypted; the node process puts it there when it stages a volume"
            )
        }
        return VolumeEncryption(format, dataKey)
    }

    private static func mapper(_ name: String) throws -> MapperName {
        guard let mapper = MapperName(rawValue: name), MapperChoice.userSpace.contains(mapper) else {
            throw LockerError(.invalidArgument, "the data process has no mapper \"\(name)\"")
        }
        return mapper
    }

    package func detach(_ request: DetachRequest, context: ServerContext) async throws -> DetachResponse {
        try await self.engine.unmap(volumeID: request.volumeID, imageID: request.imageID)
        return DetachResponse()
    }

    package func refresh(_ request: RefreshRequest, context: ServerContext) async throws -> RefreshResponse {
        let size = try await self.engine.refresh(volumeID: request.volumeID, imageID: request.imageID)
        return RefreshResponse(sizeBytes: Int64(clamping: size))
    }

    package func list(_ request: ListRequest, context: ServerContext) async throws -> ListResponse {
        guard request.volumeID.isEmpty else {
            let device = try await self.engine.device(volumeID: request.volumeID, imageID: "")
            return ListResponse(attached: device.map { [Attached($0)] } ?? [])
        }
        return ListResponse(attached: try await self.engine.mapped().map(Attached.init))
    }
}
