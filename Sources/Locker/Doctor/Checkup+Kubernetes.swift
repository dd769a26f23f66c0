// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
package import Rados

extension Checkup {
    /// After how many milliseconds a volume has its PersistentVolume.
    private static let provisioned: Int64 = 600_000

    /// What does not fit between Kubernetes' objects and the records of pools and namespaces.
    ///
    /// PersistentVolumes whose handles lead to other pools or namespaces are left alone.
    ///
    /// - Parameters:
    ///   - objects: what Kubernetes knew a moment before.
    ///   - driver: the driver's name: PersistentVolumes of others are left alone.
    /// - Throws: `CephError`; ``LockerError`` for a record that cannot be read.
    package func findings(
        of objects: KubernetesObjects,
        driver: String,
        in contexts: [IOContext]
    ) async throws -> [(finding: Finding, io: IOContext)] {
        let mine = Dictionary(grouping: objects.volumes.filter { $0.driver == driver }, by: \.handle)
        var found: [(finding: Finding, io: IOContext)] = []
        for (number, io) in contexts.enumerated() {
            let records = try await self.records(in: io)
            var known: Set<RecordKey> = []
            // What leads to no place at all is told once.
            var findings = number == 0 ? Self.unreadable(mine, io) : []
            for (text, volumes) in mine {
                guard let handle = Self.handle(text), handle.poolID == io.poolID,
                    handle.namespaceDigest == Digest.short(io.namespace)
                else { continue }
                guard let record = records[handle.recordKey], record.imageID == handle.imageID else {
                    findings += volumes.filter { !$0.isLeaving }.map { Self.withoutVolume($0, io) }
                    continue
                }
                known.insert(handle.recordKey)
                if volumes.count > 1 { findings.append(Self.twice(volumes, io)) }
                findings += volumes.flatMap { Self.sizeFindings($0, record, io) }
                findings += Self.attachmentFindings(volumes, record, objects, io)
            }
            for (key, record) in records {
                if !known.contains(key) { findings += self.withoutPersistentVolume(record, io) }
                findings += Self.nodeFindings(record, objects, io)
            }
            found += findings.sorted { ($0.kind.rawValue, $0.subject) < ($1.kind.rawValue, $1.subject) }
                .map { (finding: $0, io: io) }
        }
        return found
    }

    private func records(in io: IOContext) async throws -> [RecordKey: VolumeRecord] {
        guard let store = try await RecordStore.open(io, layouts: LayoutCache(), creating: false) else { return [:] }
        var records: [RecordKey: VolumeRecord] = [:]
        try await store.forEach(of: VolumeRecord.self, prefix: VolumeRecord.prefix) { name, stored in
            // Archives are nobody's in Kubernetes.
            guard stored.value.archive == nil else { return }
            let digits = name.dropFirst(VolumeRecord.prefix.count)
            if let key = RecordKey(hex: digits) { records[key] = stored.value }
        }
        return records
    }

    private static func handle(_ text: String) -> VolumeHandle? { (try? VolumeHandle(reading: text)) ?? nil }

    private static func unreadable(
        _ volumes: [String: [KubernetesObjects.PersistentVolume]],
        _ io: IOContext
    ) -> [Finding] {
        volumes.filter { Self.handle($0.key) == nil }.flatMap(\.value).map { volume in
            Finding(
                .persistentVolumeForeign,
                namespace: io.namespace,
                subject: volume.name,
                "PersistentVolume \(volume.name) has a volumeHandle that Locker did not write: \(volume.handle.prefix(128))",
                remedy: "delete it; a volume of ceph-csi's comes to Locker by lockerctl adopt"
            )
        }
    }

    private static func withoutVolume(_ volume: KubernetesObjects.PersistentVolume, _ io: IOContext) -> Finding {
        Finding(
            .persistentVolumeDangling,
            namespace: io.namespace,
            subject: volume.name,
            "PersistentVolume \(volume.name) is of a volume that there is not, or not any more: no pod can mount it",
            remedy: "delete the claim and the PersistentVolume, which finds nothing to do in Ceph"
        )
    }

    private static func twice(_ volumes: [KubernetesObjects.PersistentVolume], _ io: IOContext) -> Finding {
        let names = volumes.map(\.name).sorted()
        return Finding(
            .persistentVolumeTwice,
            namespace: io.namespace,
            subject: names[0],
            "PersistentVolumes \(names.joined(separator: ", ")) are of one volume: somebody has copied its handle",
            remedy: "see which claim it was made for (lockerctl volumes), set the others' reclaim policy to Retain, and"
                + " delete those"
        )
    }

    private func withoutPersistentVolume(_ record: VolumeRecord, _ io: IOContext) -> [Finding] {
        guard record.phase == .ready, record.step == nil, self.clock.milliseconds - record.readyAt > Self.provisioned
        else { return [] }
        return [
            Finding(
                .volumeForgotten,
                namespace: io.namespace,
                subject: record.requestName,
                "volume \"\(record.requestName)\" of student \"\(record.student)\" (\(record.payloadBytes) bytes) has no"
                    + " PersistentVolume: its reclaim policy was Retain, or the object was lost; the quota counts it still",
                remedy: "apply its PersistentVolume again from a backup and delete it with the reclaim policy Delete;"
                    + " lockerctl term end erases it with its course"
            )
        ]
    }

    private static func sizeFindings(
        _ volume: KubernetesObjects.PersistentVolume,
        _ record: VolumeRecord,
        _ io: IOContext
    ) -> [Finding] {
        guard let bytes = volume.bytes, bytes != record.payloadBytes, record.phase == .ready, record.step == nil else {
            return []
        }
        let remedy =
            bytes < record.payloadBytes
            ? "the resizer was cut short between the two: it repeats it as long as the claim asks for more"
            : "somebody has edited the PersistentVolume: set spec.capacity.storage to \(record.payloadBytes), or have the"
                + " claim ask for more"
        return [
            Finding(
                .persistentVolumeSize,
                namespace: io.namespace,
                subject: volume.name,
                "PersistentVolume \(volume.name) says \(bytes) bytes, and its volume has \(record.payloadBytes)",
                remedy: remedy
            )
        ]
    }

    private static func attachmentFindings(
        _ volumes: [KubernetesObjects.PersistentVolume],
        _ record: VolumeRecord,
        _ objects: KubernetesObjects,
        _ io: IOContext
    ) -> [Finding] {
        guard let attachments = objects.attachments else { return [] }
        let names = Set(volumes.map(\.name))
        let name = names.sorted()[0]
        let wanted = Set(attachments.filter { names.contains($0.volume) }.map(\.node))
        func finding(_ explanation: String, _ remedy: String) -> Finding {
            Finding(
                .attachmentContradicted,
                namespace: io.namespace,
                subject: name,
                explanation,
                remedy: "make the list anew and look again, in case it was just about to change. \(remedy)"
            )
        }
        let missing = wanted.subtracting(record.attachments.map(\.nodeID)).sorted().map {
            finding(
                "a VolumeAttachment says that node \($0) has PersistentVolume \(name), and the volume's record does not",
                "Then delete the pod: its next VolumeAttachment publishes the volume anew"
            )
        }
        let foreign = record.attachments.filter { $0.isPublished && !wanted.contains($0.nodeID) }.map {
            finding(
                "the record of PersistentVolume \(name) says that node \($0.nodeID) has it, and no VolumeAttachment does:"
                    + " other nodes are refused it",
                "Then, where no pod uses it on that node, have one claim it there once more and end it, which gives it back;"
                    + " see docs/troubleshooting.md for a node that is gone"
            )
        }
        return missing + foreign
    }

    private static func nodeFindings(
        _ record: VolumeRecord,
        _ objects: KubernetesObjects,
        _ io: IOContext
    ) -> [Finding] {
        guard let nodes = objects.nodes else { return [] }
        return record.attachments.filter { !nodes.contains($0.nodeID) }.map { attachment in
            Finding(
                .nodeUnknown,
                namespace: io.namespace,
                subject: record.requestName,
                "volume \"\(record.requestName)\" is attached to node \(attachment.nodeID), which Kubernetes does not know"
                    + " (any more): other nodes are refused it",
                remedy:
                    "delete its VolumeAttachment to that node, which has the controller fence it; where there is none,"
                    + " see docs/troubleshooting.md for a node that is gone"
            )
        }
    }
}
