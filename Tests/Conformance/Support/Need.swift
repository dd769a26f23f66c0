// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI

/// What a test needs of the peer; the raw value is the name in csi.proto.
enum Need: String, Sendable, CaseIterable {
    case publish = "PUBLISH_UNPUBLISH_VOLUME"
    case publishReadOnly = "PUBLISH_READONLY"
    case list = "LIST_VOLUMES"
    case publishedNodes = "LIST_VOLUMES_PUBLISHED_NODES"
    case capacity = "GET_CAPACITY"
    case snapshots = "CREATE_DELETE_SNAPSHOT"
    case listSnapshots = "LIST_SNAPSHOTS"
    case getSnapshot = "GET_SNAPSHOT"
    case clone = "CLONE_VOLUME"
    case expand = "EXPAND_VOLUME"
    case online = "ONLINE expansion"
    case getVolume = "GET_VOLUME"
    case modify = "MODIFY_VOLUME"
    case condition = "VOLUME_CONDITION of the controller"
    case nodeCondition = "VOLUME_CONDITION of the node"
    case nodeExpand = "EXPAND_VOLUME of the node"
    case statistics = "GET_VOLUME_STATS"
    case stage = "STAGE_UNSTAGE_VOLUME"
    case mountGroup = "VOLUME_MOUNT_GROUP"
    case multiWriter = "SINGLE_NODE_MULTI_WRITER"
    case topology = "VOLUME_ACCESSIBILITY_CONSTRAINTS"
    case groups = "CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT"
    case metadata = "SNAPSHOT_METADATA_SERVICE"
    case own = "this build of Locker, started by the test"

    /// Whether the peer advertises it.
    func isMet(by peer: Peer) -> Bool {
        let offers = peer.offers
        return switch self {
        case .publish: offers.controller.contains(.publishUnpublishVolume)
        case .publishReadOnly: offers.controller.contains(.publishReadonly)
        case .list: offers.controller.contains(.listVolumes)
        case .publishedNodes: offers.controller.contains(.listVolumesPublishedNodes)
        case .capacity: offers.controller.contains(.getCapacity)
        case .snapshots: offers.controller.contains(.createDeleteSnapshot)
        case .listSnapshots: offers.controller.contains(.listSnapshots)
        case .getSnapshot: offers.controller.contains(.getSnapshot)
        case .clone: offers.controller.contains(.cloneVolume)
        case .expand: offers.controller.contains(.expandVolume)
        case .online: offers.expansions.contains(.online)
        case .getVolume: offers.controller.contains(.getVolume)
        case .modify: offers.controller.contains(.modifyVolume)
        case .condition: offers.controller.contains(.volumeCondition)
        case .nodeCondition: offers.node.contains(.volumeCondition)
        case .nodeExpand: offers.node.contains(.expandVolume)
        case .statistics: offers.node.contains(.getVolumeStats)
        case .stage: offers.node.contains(.stageUnstageVolume)
        case .mountGroup: offers.node.contains(.volumeMountGroup)
        case .multiWriter:
            offers.node.contains(.singleNodeMultiWriter) && offers.controller.contains(.singleNodeMultiWriter)
        case .topology: offers.services.contains(.volumeAccessibilityConstraints)
        case .groups: offers.group.contains(.createDeleteGetVolumeGroupSnapshot)
        case .metadata: offers.services.contains(.snapshotMetadataService)
        case .own: peer.own != nil
        }
    }
}
