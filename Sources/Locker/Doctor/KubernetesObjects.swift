// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// What Kubernetes knew of volumes at a moment: PersistentVolumes, VolumeAttachments and nodes, as
/// `kubectl get persistentvolumes,volumeattachments,nodes -o json` prints them.
///
/// The list is read instead of the API server asked: kubectl knows every way to log in that there is.
package struct KubernetesObjects: Sendable {
    /// A PersistentVolume of a CSI driver.
    struct PersistentVolume: Sendable {
        let name: String
        let driver: String
        let handle: String
        /// Bytes; `nil` for a quantity that is none.
        let bytes: Int64?
        /// Whether it is about to go, and its volume before it.
        let isLeaving: Bool
    }

    /// That a node has a PersistentVolume.
    struct VolumeAttachment: Sendable {
        let volume: String
        let node: String
    }

    let volumes: [PersistentVolume]
    /// What is attached; `nil` if the list has no VolumeAttachment at all, since one that is missing says nothing then.
    let attachments: [VolumeAttachment]?
    /// The nodes; `nil` if the list has none.
    let nodes: Set<String>?

    /// Reads kubectl's list.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` for a text that is no list of objects.
    package init(parsing bytes: [UInt8]) throws(LockerError) {
        let items: [Item]
        do {
            items = try JSONDecoder().decode(List.self, from: Data(bytes)).items
        } catch {
            throw LockerError(
                .invalidArgument,
                "this is not what kubectl get persistentvolumes,volumeattachments,nodes -o json prints: \(error)",
                cause: error
            )
        }
        self.volumes = items.compactMap(\.persistentVolume)
        let nodes = items.filter { $0.kind == "Node" }
        self.nodes = nodes.isEmpty ? nil : Set(nodes.map(\.metadata.name))
        let attachments = items.filter { $0.kind == "VolumeAttachment" }
        self.attachments = attachments.isEmpty ? nil : attachments.compactMap(\.volumeAttachment)
    }

    private struct List: Decodable { let items: [Item] }

    /// As much of an object of any of these kinds as is looked at.
    private struct Item: Decodable {
        struct Metadata: Decodable {
            let name: String
            let deletionTimestamp: String?
        }
        struct Spec: Decodable {
            struct CSI: Decodable {
                let driver: String
                let volumeHandle: String
            }
            struct Source: Decodable { let persistentVolumeName: String? }
            let csi: CSI?
            let capacity: [String: String]?
            let persistentVolumeReclaimPolicy: String?
            let nodeName: String?
            let source: Source?
        }
        struct Status: Decodable {
            let attached: Bool?
            let phase: String?
        }

        let kind: String
        let metadata: Metadata
        let spec: Spec?
        let status: Status?

        var persistentVolume: PersistentVolume? {
            guard self.kind == "PersistentVolume", let spec = self.spec, let csi = spec.csi else { return nil }
            let isReleased = self.status?.phase == "Released" && spec.persistentVolumeReclaimPolicy == "Delete"
            return PersistentVolume(
                name: self.metadata.name,
                driver: csi.driver,
                handle: csi.volumeHandle,
                bytes: spec.capacity?["storage"].flatMap { Quantity.value($0) },
                isLeaving: isReleased || self.metadata.deletionTimestamp != nil
            )
        }

        var volumeAttachment: VolumeAttachment? {
            guard self.status?.attached == true, let volume = self.spec?.source?.persistentVolumeName,
                let node = self.spec?.nodeName
            else { return nil }
            return VolumeAttachment(volume: volume, node: node)
        }
    }
}
