// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import Rados

extension CheckupState {
    /// Clients that have an image open, or locked, without an attachment, and attachments whose client has not.
    func clientFindings() -> [Finding] {
        self.volumes.values.flatMap { record -> [Finding] in
            // A controller has the image open in a step, and while it copies a parent's data into a clone.
            guard record.phase == .ready, record.step == nil, !record.flatten,
                let clients = self.clients[record.imageID]
            else { return [] }
            return self.lockFindings(record, clients) + self.watchFindings(record, clients)
                + self.silentFindings(record, clients)
        }
    }

    private func isFenced(_ client: String) -> Bool { self.blocklist?.refuses(client) ?? false }

    private func lockFindings(_ record: VolumeRecord, _ clients: Clients) -> [Finding] {
        guard let owner = clients.lockOwner, !record.attachments.contains(where: { $0.clientAddress == owner }) else {
            return []
        }
        let image = "image \(record.imageName) of volume \"\(record.requestName)\""
        guard self.isFenced(owner) else {
            return [
                self.finding(
                    .lockForeign,
                    record.requestName,
                    "\(image) is locked by client \(owner), which no attachment names\(Self.attached(record))",
                    "find out who it is (rbd status \(self.at)\(record.imageName)) and end it; if it cannot be ended, fence"
                        + " it before anything breaks its lock: ceph osd blocklist add \(owner) 157680000"
                )
            ]
        }
        return [
            self.finding(
                .lockFenced,
                record.requestName,
                "\(image) still has the lock of client \(owner), which is fenced: it can write nothing, and the next client"
                    + " would have to break the lock first",
                "lockerctl doctor --repair breaks it",
                repair: .breakLock(imageID: record.imageID, owner: owner)
            )
        ]
    }

    private func watchFindings(_ record: VolumeRecord, _ clients: Clients) -> [Finding] {
        let known = Set(record.attachments.map(\.clientAddress)).union([clients.lockOwner].compactMap(\.self))
        let foreign = clients.watchers.subtracting(known).filter { !self.isFenced($0) }.sorted()
        guard !foreign.isEmpty else { return [] }
        return [
            self.finding(
                .imageWatched,
                record.requestName,
                "image \(record.imageName) of volume \"\(record.requestName)\" is open for writing by"
                    + " \(foreign.joined(separator: ", ")), which no attachment names\(Self.attached(record))",
                "find out who it is and end it: rbd status \(self.at)\(record.imageName), and on its machine rbd"
                    + " device list"
            )
        ]
    }

    private func silentFindings(_ record: VolumeRecord, _ clients: Clients) -> [Finding] {
        record.attachments.compactMap { attachment in
            let client = attachment.clientAddress
            // One that only reads does not watch; one that is fenced has a finding of its own.
            guard !client.isEmpty, !attachment.readOnly, !clients.watchers.contains(client), !self.isFenced(client)
            else { return nil }
            return self.finding(
                .nodeSilent,
                record.requestName,
                "volume \"\(record.requestName)\" is attached to node \(attachment.nodeID) by client \(client), which does"
                    + " not have the image open: the node was restarted, or its data process ended",
                "delete the pod that uses it, so that the node stages it anew; if the node is gone for good, taint it"
                    + " node.kubernetes.io/out-of-service, and the volume is fenced and freed"
            )
        }
    }

    private static func attached(_ record: VolumeRecord) -> String {
        let nodes = record.attachments.map(\.nodeID).joined(separator: ", ")
        return nodes.isEmpty ? "; no node has the volume" : "; the volume is attached to \(nodes)"
    }
}
