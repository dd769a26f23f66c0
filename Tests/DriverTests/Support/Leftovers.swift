// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import Driver

/// What there is of volumes where there should be none.
enum Leftovers {
    /// What a namespace holds besides the objects that Locker and RBD keep there for ever: images, their data, trash,
    /// records but receipts, and what the ledger counts.
    static func inCluster(_ context: IOContext) async throws -> [String] {
        var found = try await context.images().map { "image \($0.name)" }
        found += try await context.trash().map { "trash \($0.id)" }
        for object in try await context.objects() {
            if object.hasPrefix("locker.shard.") {
                found += try await self.keys(of: object, in: context)
            } else if object.hasPrefix("locker.ledger.") {
                found += try await self.counted(in: object, of: context)
            } else if ![
                "locker.layout", "rbd_directory", "rbd_trash", "rbd_info", "rbd_children", "rbd_group_directory",
            ].contains(object) {
                found.append("object \(object)")
            }
        }
        return found + (try await self.wrappedKeys(of: context).map { "wrapped key \($0.dataKeyID)" })
    }

    /// The wrapped keys of a namespace's volumes; those of other tests' are beside them.
    static func wrappedKeys(of context: IOContext) async throws -> [WrappedKey] {
        let keys = try await context.cluster.ioContext(poolID: context.poolID, namespace: WrappedKeyStore.namespace)
        var found: [WrappedKey] = []
        for object in try await keys.objects(prefix: WrappedKeyStore.objectPrefix) {
            do {
                let value = try await keys.omapValues(of: object, keys: ["wrapped"])["wrapped"]
                let wrapped = try WrappedKey(decoding: value ?? [])
                if wrapped.radosNamespace == context.namespace { found.append(wrapped) }
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                // Another test's, just destroyed.
            }
        }
        return found
    }

    private static func keys(of object: String, in context: IOContext) async throws -> [String] {
        let page = try await context.omapPage(of: object, after: "", limit: 1024)
        return page.entries.filter { !$0.key.hasPrefix("r/") }.map { "\(object) \($0.key)" }
    }

    /// The volumes that a ledger has, and the students and courses that it still counts something for: totals stay, at
    /// zero, and so do exceptions.
    private static func counted(in ledger: String, of context: IOContext) async throws -> [String] {
        let page = try await context.omapPage(of: ledger, after: "", limit: 1024)
        return try page.entries.compactMap { key, value in
            if key.hasPrefix("q") { return nil }
            if key == "c" {
                let total = try CourseTotal(decoding: value)
                return total.bytes == 0 && total.volumes == 0 ? nil : "\(ledger) \(key): \(total)"
            }
            guard key.hasPrefix("s/") else { return "\(ledger) \(key)" }
            let total = try StudentTotal(decoding: value)
            return total.bytes == 0 && total.volumes == 0 ? nil : "\(ledger) \(key): \(total)"
        }
    }

    /// Waits until the namespace is empty: data goes in the background after DeleteVolume has answered, and a client that
    /// was killed holds what it had open for 30 s.
    static func waitUntilGone(_ context: IOContext, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let end = ContinuousClock.now + .seconds(90)
        while true {
            let left = try await self.inCluster(context)
            if left.isEmpty { return }
            guard ContinuousClock.now < end else {
                let text = left.joined(separator: "\n")
                Issue.record("after 90 s there is still\n\(text)", sourceLocation: sourceLocation)
                throw SetUpError("what was deleted is not gone")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What a node has of a volume: mounts, devices, its staging record, its key.
    static func onNode(
        _ node: String = "n1",
        of volume: MadeVolume,
        data: LockerProcess,
        installation: Installation
    ) async throws -> [String] {
        var found: [String] = []
        let kubelet = installation.path("kubelet-\(node)")
        found += try MountTable.read().entries.map(\.mountPoint).filter { $0.starts(with: kubelet) }
            .map { "mount \($0)" }
        let records = installation.path(node).appending("staging")
        found += HostFile.names(in: records).map { "record \($0)" }
        found += HostFile.names(in: installation.path(node).appending("data").appending("records"))
            .map { "data record \($0)" }
        if try VolumeKey.read(named: VolumeKey.name(of: volume.id)) != nil { found.append("key of \(volume.id)") }
        found += try await data.data.list(.init(), timeout: .seconds(10)).attached.map { "device \($0.device)" }
        let devices = FilePath("/sys/bus/rbd/devices")
        found += HostFile.names(in: devices)
            .filter {
                HostFile.line(devices.appending($0).appending("config_info"))?.contains("locker.\(volume.id)") == true
            }
            .map { "device /dev/rbd\($0)" }
        let folder = installation.path(node)
        found += try installation.loopDevices().filter { $0.backingFile?.starts(with: folder) ?? false }
            .map { "loop device \($0.path)" }
        return found
    }
}
