// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CSI
package import GRPCCore
internal import Locker
internal import Rados

/// The GroupController service: snapshots of several volumes at one moment.
package struct GroupServer: GroupControllerService {
    let controller: ControllerServer

    var volumes: Volumes { self.controller.volumes }

    /// Group snapshots of a controller's volumes.
    package init(controller: ControllerServer) {
        self.controller = controller
    }

    package func groupControllerGetCapabilities(
        _ request: GroupControllerGetCapabilitiesRequest,
        context: ServerContext
    ) async throws -> GroupControllerGetCapabilitiesResponse {
        GroupControllerGetCapabilitiesResponse(
            capabilities: [
                GroupControllerServiceCapability(kind: .rpc(.init(type: .createDeleteGetVolumeGroupSnapshot)))
            ]
        )
    }

    /// A handle that this installation has signed, and the cluster it is on.
    ///
    /// - Returns: `nil` for a text that no version of Locker wrote.
    /// - Throws: ``LockerError`` with `failedPrecondition` for one that cannot be believed or acted on.
    func handle(_ text: String) throws -> (handle: GroupSnapshotHandle, entry: ClusterConfiguration.Entry)? {
        guard let handle = try GroupSnapshotHandle(reading: text) else { return nil }
        try handle.verify(with: self.controller.keys)
        guard let entry = try self.controller.catalog.clusters().entry(digest: handle.clusterDigest) else {
            throw LockerError(
                .failedPrecondition,
                "group snapshot \(text) is on a cluster that config.json does not have any more; nothing was done to it"
            )
        }
        return (handle, entry)
    }

    /// Checks what the calls that name a group's snapshot have in common.
    static func check(_ id: String, parts: [String]) throws(FieldError) {
        try FieldRules.required(id, "group_snapshot_id")
        for (index, part) in parts.enumerated() { try FieldRules.required(part, "snapshot_ids[\(index)]") }
    }
}
