// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
package import Locker
internal import Rados
internal import Redaction

/// The Controller service: validate, one operation per volume, act, answer.
package struct ControllerServer: ControllerService {
    let volumes: Volumes
    let catalog: ClusterCatalog
    let operations: OperationRegistry
    let keys: InstanceKeys
    let keyKeepers: KeyKeepers
    /// The one node there is, where controller and node are one process.
    let ownNode: String?

    /// A controller of an installation's volumes.
    package init(
        volumes: Volumes,
        catalog: ClusterCatalog,
        operations: OperationRegistry,
        keys: InstanceKeys,
        keyKeepers: KeyKeepers,
        ownNode: String? = nil
    ) {
        self.ownNode = ownNode
        self.volumes = volumes
        self.catalog = catalog
        self.operations = operations
        self.keys = keys
        self.keyKeepers = keyKeepers
    }

    package func controllerGetCapabilities(
        _ request: ControllerGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> ControllerGetCapabilitiesResponse {
        ControllerGetCapabilitiesResponse(
            capabilities: Self.capabilities.map { ControllerServiceCapability(kind: .rpc(.init(type: $0))) }
        )
    }

    /// What this service offers beyond what every plugin does, one a line.
    private static let capabilities: [ControllerServiceCapability.RPC.Kind] = [
        .createDeleteVolume,
        .createDeleteSnapshot,
        .cloneVolume,
        .expandVolume,
        .getCapacity,
        .getSnapshot,
        .getVolume,
        .listSnapshots,
        .listVolumes,
        .listVolumesPublishedNodes,
        .modifyVolume,
        .publishReadonly,
        .publishUnpublishVolume,
        .singleNodeMultiWriter,
        .volumeCondition,
    ]

    /// The user of a request, or Locker's own identity where the request brings none.
    func target(
        _ secrets: [String: Secret],
        on entry: ClusterConfiguration.Entry
    ) throws -> ClusterTarget {
        if let credentials = try Credentials(secrets) {
            return ClusterTarget(monitors: entry.monitors, user: credentials.userID, key: credentials.userKey)
        }
        if let identity = try self.catalog.identity(on: entry) { return identity }
        throw FieldError(
            "secrets",
            "userID and userKey are required: name a Secret in the StorageClass"
                + " (csi.storage.k8s.io/provisioner-secret-name, controller-expand-secret-name,"
                + " controller-publish-secret-name, node-stage-secret-name)"
                + " and in the VolumeSnapshotClass (snapshotter-secret-name),"
                + " or give the controller --instance-config"
        )
    }

    /// A handle that this installation has signed, and the cluster it is on.
    ///
    /// - Returns: `nil` for a text that no version of Locker wrote.
    /// - Throws: ``LockerError`` with `failedPrecondition` for one that cannot be believed or acted on.
    func handle(_ text: String) throws -> (handle: VolumeHandle, entry: ClusterConfiguration.Entry)? {
        guard let handle = try VolumeHandle(reading: text) else { return nil }
        try handle.verify(with: self.keys)
        guard let entry = try self.catalog.clusters().entry(digest: handle.clusterDigest) else {
            throw LockerError(
                .failedPrecondition,
                "volume \(text) is on a cluster that config.json does not have any more; nothing was done to it"
            )
        }
        return (handle, entry)
    }

    /// The same of a snapshot's handle.
    func snapshotHandle(_ text: String) throws -> (handle: SnapshotHandle, entry: ClusterConfiguration.Entry)? {
        guard let handle = try SnapshotHandle(reading: text) else { return nil }
        try handle.verify(with: self.keys)
        guard let entry = try self.catalog.clusters().entry(digest: handle.clusterDigest) else {
            throw LockerError(
                .failedPrecondition,
                "snapshot \(text) is on a cluster that config.json does not have any more; nothing was done to it"
            )
        }
        return (handle, entry)
    }

    /// RADOS namespaces to try first for a cluster's handles.
    func candidates(_ entry: ClusterConfiguration.Entry) -> [String] {
        entry.radosNamespace.isEmpty ? [] : [entry.radosNamespace]
    }
}
