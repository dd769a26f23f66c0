// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

package import GRPCCore
internal import GRPCWire

/// The methods of `csi.v1.Controller` as gRPC names them.
package enum ControllerMethod {
    /// `/csi.v1.Controller/CreateVolume`.
    package static let createVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "CreateVolume"
    )
    /// `/csi.v1.Controller/DeleteVolume`.
    package static let deleteVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "DeleteVolume"
    )
    /// `/csi.v1.Controller/ControllerPublishVolume`.
    package static let controllerPublishVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ControllerPublishVolume"
    )
    /// `/csi.v1.Controller/ControllerUnpublishVolume`.
    package static let controllerUnpublishVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ControllerUnpublishVolume"
    )
    /// `/csi.v1.Controller/ValidateVolumeCapabilities`.
    package static let validateVolumeCapabilities = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ValidateVolumeCapabilities"
    )
    /// `/csi.v1.Controller/ListVolumes`.
    package static let listVolumes = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ListVolumes"
    )
    /// `/csi.v1.Controller/GetCapacity`.
    package static let getCapacity = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "GetCapacity"
    )
    /// `/csi.v1.Controller/ControllerGetCapabilities`.
    package static let controllerGetCapabilities = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ControllerGetCapabilities"
    )
    /// `/csi.v1.Controller/CreateSnapshot`.
    package static let createSnapshot = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "CreateSnapshot"
    )
    /// `/csi.v1.Controller/DeleteSnapshot`.
    package static let deleteSnapshot = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "DeleteSnapshot"
    )
    /// `/csi.v1.Controller/ListSnapshots`.
    package static let listSnapshots = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ListSnapshots"
    )
    /// `/csi.v1.Controller/GetSnapshot`.
    package static let getSnapshot = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "GetSnapshot"
    )
    /// `/csi.v1.Controller/ControllerExpandVolume`.
    package static let controllerExpandVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ControllerExpandVolume"
    )
    /// `/csi.v1.Controller/ControllerGetVolume`.
    package static let controllerGetVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ControllerGetVolume"
    )
    /// `/csi.v1.Controller/ControllerModifyVolume`.
    package static let controllerModifyVolume = MethodDescriptor(
        fullyQualifiedService: "csi.v1.Controller",
        method: "ControllerModifyVolume"
    )
}

/// Volumes and snapshots as the cluster sees them; runs anywhere, needs no host.
///
/// A method that a server leaves out answers UNIMPLEMENTED.
package protocol ControllerService: Sendable {
    /// `CreateVolume`.
    func createVolume(
        _ request: CreateVolumeRequest,
        context: ServerContext
    ) async throws -> CreateVolumeResponse
    /// `DeleteVolume`.
    func deleteVolume(
        _ request: DeleteVolumeRequest,
        context: ServerContext
    ) async throws -> DeleteVolumeResponse
    /// `ControllerPublishVolume`.
    func controllerPublishVolume(
        _ request: ControllerPublishVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerPublishVolumeResponse
    /// `ControllerUnpublishVolume`.
    func controllerUnpublishVolume(
        _ request: ControllerUnpublishVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerUnpublishVolumeResponse
    /// `ValidateVolumeCapabilities`.
    func validateVolumeCapabilities(
        _ request: ValidateVolumeCapabilitiesRequest,
        context: ServerContext
    ) async throws -> ValidateVolumeCapabilitiesResponse
    /// `ListVolumes`.
    func listVolumes(
        _ request: ListVolumesRequest,
        context: ServerContext
    ) async throws -> ListVolumesResponse
    /// `GetCapacity`.
    func getCapacity(
        _ request: GetCapacityRequest,
        context: ServerContext
    ) async throws -> GetCapacityResponse
    /// `ControllerGetCapabilities`.
    func controllerGetCapabilities(
        _ request: ControllerGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> ControllerGetCapabilitiesResponse
    /// `CreateSnapshot`.
    func createSnapshot(
        _ request: CreateSnapshotRequest,
        context: ServerContext
    ) async throws -> CreateSnapshotResponse
    /// `DeleteSnapshot`.
    func deleteSnapshot(
        _ request: DeleteSnapshotRequest,
        context: ServerContext
    ) async throws -> DeleteSnapshotResponse
    /// `ListSnapshots`.
    func listSnapshots(
        _ request: ListSnapshotsRequest,
        context: ServerContext
    ) async throws -> ListSnapshotsResponse
    /// `GetSnapshot`.
    func getSnapshot(
        _ request: GetSnapshotRequest,
        context: ServerContext
    ) async throws -> GetSnapshotResponse
    /// `ControllerExpandVolume`.
    func controllerExpandVolume(
        _ request: ControllerExpandVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerExpandVolumeResponse
    /// `ControllerGetVolume`.
    func controllerGetVolume(
        _ request: ControllerGetVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerGetVolumeResponse
    /// `ControllerModifyVolume`.
    func controllerModifyVolume(
        _ request: ControllerModifyVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerModifyVolumeResponse
}

extension ControllerService {
    package func createVolume(
        _ request: CreateVolumeRequest,
        context: ServerContext
    ) async throws -> CreateVolumeResponse {
        throw RPCError(code: .unimplemented, message: "CreateVolume is not offered by this plugin")
    }

    package func deleteVolume(
        _ request: DeleteVolumeRequest,
        context: ServerContext
    ) async throws -> DeleteVolumeResponse {
        throw RPCError(code: .unimplemented, message: "DeleteVolume is not offered by this plugin")
    }

    package func controllerPublishVolume(
        _ request: ControllerPublishVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerPublishVolumeResponse {
        throw RPCError(code: .unimplemented, message: "ControllerPublishVolume is not offered by this plugin")
    }

    package func controllerUnpublishVolume(
        _ request: ControllerUnpublishVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerUnpublishVolumeResponse {
        throw RPCError(code: .unimplemented, message: "ControllerUnpublishVolume is not offered by this plugin")
    }

    package func validateVolumeCapabilities(
        _ request: ValidateVolumeCapabilitiesRequest,
        context: ServerContext
    ) async throws -> ValidateVolumeCapabilitiesResponse {
        throw RPCError(code: .unimplemented, message: "ValidateVolumeCapabilities is not offered by this plugin")
    }

    package func listVolumes(
        _ request: ListVolumesRequest,
        context: ServerContext
    ) async throws -> ListVolumesResponse {
        throw RPCError(code: .unimplemented, message: "ListVolumes is not offered by this plugin")
    }

    package func getCapacity(
        _ request: GetCapacityRequest,
        context: ServerContext
    ) async throws -> GetCapacityResponse {
        throw RPCError(code: .unimplemented, message: "GetCapacity is not offered by this plugin")
    }

    package func controllerGetCapabilities(
        _ request: ControllerGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> ControllerGetCapabilitiesResponse {
        throw RPCError(code: .unimplemented, message: "ControllerGetCapabilities is not offered by this plugin")
    }

    package func createSnapshot(
        _ request: CreateSnapshotRequest,
        context: ServerContext
    ) async throws -> CreateSnapshotResponse {
        throw RPCError(code: .unimplemented, message: "CreateSnapshot is not offered by this plugin")
    }

    package func deleteSnapshot(
        _ request: DeleteSnapshotRequest,
        context: ServerContext
    ) async throws -> DeleteSnapshotResponse {
        throw RPCError(code: .unimplemented, message: "DeleteSnapshot is not offered by this plugin")
    }

    package func listSnapshots(
        _ request: ListSnapshotsRequest,
        context: ServerContext
    ) async throws -> ListSnapshotsResponse {
        throw RPCError(code: .unimplemented, message: "ListSnapshots is not offered by this plugin")
    }

    package func getSnapshot(
        _ request: GetSnapshotRequest,
        context: ServerContext
    ) async throws -> GetSnapshotResponse {
        throw RPCError(code: .unimplemented, message: "GetSnapshot is not offered by this plugin")
    }

    package func controllerExpandVolume(
        _ request: ControllerExpandVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerExpandVolumeResponse {
        throw RPCError(code: .unimplemented, message: "ControllerExpandVolume is not offered by this plugin")
    }

    package func controllerGetVolume(
        _ request: ControllerGetVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerGetVolumeResponse {
        throw RPCError(code: .unimplemented, message: "ControllerGetVolume is not offered by this plugin")
    }

    package func controllerModifyVolume(
        _ request: ControllerModifyVolumeRequest,
        context: ServerContext
    ) async throws -> ControllerModifyVolumeResponse {
        throw RPCError(code: .unimplemented, message: "ControllerModifyVolume is not offered by this plugin")
    }
}

/// Registers a ``ControllerService`` with grpc-swift.
package struct ControllerRegistration: RegistrableRPCService {
    private let service: any ControllerService

    /// Will register `service`.
    package init(_ service: any ControllerService) {
        self.service = service
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let service = self.service
        WireCall.register(ControllerMethod.createVolume, with: &router) { request, context in
            try await service.createVolume(request, context: context)
        }
        WireCall.register(ControllerMethod.deleteVolume, with: &router) { request, context in
            try await service.deleteVolume(request, context: context)
        }
        WireCall.register(ControllerMethod.controllerPublishVolume, with: &router) { request, context in
            try await service.controllerPublishVolume(request, context: context)
        }
        WireCall.register(ControllerMethod.controllerUnpublishVolume, with: &router) { request, context in
            try await service.controllerUnpublishVolume(request, context: context)
        }
        WireCall.register(ControllerMethod.validateVolumeCapabilities, with: &router) { request, context in
            try await service.validateVolumeCapabilities(request, context: context)
        }
        WireCall.register(ControllerMethod.listVolumes, with: &router) { request, context in
            try await service.listVolumes(request, context: context)
        }
        WireCall.register(ControllerMethod.getCapacity, with: &router) { request, context in
            try await service.getCapacity(request, context: context)
        }
        WireCall.register(ControllerMethod.controllerGetCapabilities, with: &router) { request, context in
            try await service.controllerGetCapabilities(request, context: context)
        }
        WireCall.register(ControllerMethod.createSnapshot, with: &router) { request, context in
            try await service.createSnapshot(request, context: context)
        }
        WireCall.register(ControllerMethod.deleteSnapshot, with: &router) { request, context in
            try await service.deleteSnapshot(request, context: context)
        }
        WireCall.register(ControllerMethod.listSnapshots, with: &router) { request, context in
            try await service.listSnapshots(request, context: context)
        }
        WireCall.register(ControllerMethod.getSnapshot, with: &router) { request, context in
            try await service.getSnapshot(request, context: context)
        }
        WireCall.register(ControllerMethod.controllerExpandVolume, with: &router) { request, context in
            try await service.controllerExpandVolume(request, context: context)
        }
        WireCall.register(ControllerMethod.controllerGetVolume, with: &router) { request, context in
            try await service.controllerGetVolume(request, context: context)
        }
        WireCall.register(ControllerMethod.controllerModifyVolume, with: &router) { request, context in
            try await service.controllerModifyVolume(request, context: context)
        }
    }
}

/// A client of `csi.v1.Controller`. Every call throws `RPCError` with the server's status.
package struct ControllerClient<Transport: ClientTransport>: Sendable {
    private let client: GRPCClient<Transport>

    /// A client over a connection that the caller runs.
    package init(_ client: GRPCClient<Transport>) {
        self.client = client
    }

    /// Calls `CreateVolume`; `timeout` is the call's deadline.
    package func createVolume(
        _ request: CreateVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> CreateVolumeResponse {
        try await WireCall.unary(self.client, ControllerMethod.createVolume, request, timeout: timeout)
    }

    /// Calls `DeleteVolume`; `timeout` is the call's deadline.
    package func deleteVolume(
        _ request: DeleteVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> DeleteVolumeResponse {
        try await WireCall.unary(self.client, ControllerMethod.deleteVolume, request, timeout: timeout)
    }

    /// Calls `ControllerPublishVolume`; `timeout` is the call's deadline.
    package func controllerPublishVolume(
        _ request: ControllerPublishVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> ControllerPublishVolumeResponse {
        try await WireCall.unary(self.client, ControllerMethod.controllerPublishVolume, request, timeout: timeout)
    }

    /// Calls `ControllerUnpublishVolume`; `timeout` is the call's deadline.
    package func controllerUnpublishVolume(
        _ request: ControllerUnpublishVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> ControllerUnpublishVolumeResponse {
        try await WireCall.unary(self.client, ControllerMethod.controllerUnpublishVolume, request, timeout: timeout)
    }

    /// Calls `ValidateVolumeCapabilities`; `timeout` is the call's deadline.
    package func validateVolumeCapabilities(
        _ request: ValidateVolumeCapabilitiesRequest,
        timeout: Duration? = nil
    ) async throws -> ValidateVolumeCapabilitiesResponse {
        try await WireCall.unary(self.client, ControllerMethod.validateVolumeCapabilities, request, timeout: timeout)
    }

    /// Calls `ListVolumes`; `timeout` is the call's deadline.
    package func listVolumes(
        _ request: ListVolumesRequest,
        timeout: Duration? = nil
    ) async throws -> ListVolumesResponse {
        try await WireCall.unary(self.client, ControllerMethod.listVolumes, request, timeout: timeout)
    }

    /// Calls `GetCapacity`; `timeout` is the call's deadline.
    package func getCapacity(
        _ request: GetCapacityRequest,
        timeout: Duration? = nil
    ) async throws -> GetCapacityResponse {
        try await WireCall.unary(self.client, ControllerMethod.getCapacity, request, timeout: timeout)
    }

    /// Calls `ControllerGetCapabilities`; `timeout` is the call's deadline.
    package func controllerGetCapabilities(
        _ request: ControllerGetCapabilitiesRequest,
        timeout: Duration? = nil
    ) async throws -> ControllerGetCapabilitiesResponse {
        try await WireCall.unary(self.client, ControllerMethod.controllerGetCapabilities, request, timeout: timeout)
    }

    /// Calls `CreateSnapshot`; `timeout` is the call's deadline.
    package func createSnapshot(
        _ request: CreateSnapshotRequest,
        timeout: Duration? = nil
    ) async throws -> CreateSnapshotResponse {
        try await WireCall.unary(self.client, ControllerMethod.createSnapshot, request, timeout: timeout)
    }

    /// Calls `DeleteSnapshot`; `timeout` is the call's deadline.
    package func deleteSnapshot(
        _ request: DeleteSnapshotRequest,
        timeout: Duration? = nil
    ) async throws -> DeleteSnapshotResponse {
        try await WireCall.unary(self.client, ControllerMethod.deleteSnapshot, request, timeout: timeout)
    }

    /// Calls `ListSnapshots`; `timeout` is the call's deadline.
    package func listSnapshots(
        _ request: ListSnapshotsRequest,
        timeout: Duration? = nil
    ) async throws -> ListSnapshotsResponse {
        try await WireCall.unary(self.client, ControllerMethod.listSnapshots, request, timeout: timeout)
    }

    /// Calls `GetSnapshot`; `timeout` is the call's deadline.
    package func getSnapshot(
        _ request: GetSnapshotRequest,
        timeout: Duration? = nil
    ) async throws -> GetSnapshotResponse {
        try await WireCall.unary(self.client, ControllerMethod.getSnapshot, request, timeout: timeout)
    }

    /// Calls `ControllerExpandVolume`; `timeout` is the call's deadline.
    package func controllerExpandVolume(
        _ request: ControllerExpandVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> ControllerExpandVolumeResponse {
        try await WireCall.unary(self.client, ControllerMethod.controllerExpandVolume, request, timeout: timeout)
    }

    /// Calls `ControllerGetVolume`; `timeout` is the call's deadline.
    package func controllerGetVolume(
        _ request: ControllerGetVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> ControllerGetVolumeResponse {
        try await WireCall.unary(self.client, ControllerMethod.controllerGetVolume, request, timeout: timeout)
    }

    /// Calls `ControllerModifyVolume`; `timeout` is the call's deadline.
    package func controllerModifyVolume(
        _ request: ControllerModifyVolumeRequest,
        timeout: Duration? = nil
    ) async throws -> ControllerModifyVolumeResponse {
        try await WireCall.unary(self.client, ControllerMethod.controllerModifyVolume, request, timeout: timeout)
    }
}
