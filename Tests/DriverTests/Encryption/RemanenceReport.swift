// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Foundation
internal import Host
internal import LockerProto
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// A demonstration with numbers, for docs/erasure.md: what an OSD's disk still has of deleted volumes. `make bench-remanence`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["LOCKER_REMANENCE"] != nil), .timeLimit(.minutes(30)))
struct RemanenceReport {
    private static let size = 64 << 20

    @Test(
        "64 MiB of a marker through a mounted plain and a mounted encrypted volume, deleted, and looked for everywhere"
    )
    func report() async throws {
        let cluster = try await TestCluster.start()
        try await Installation.with(cluster) { installation in
            let controller = try await installation.controller()
            _ = try await installation.data()
            let node = try await installation.node()
            let plain = try await controller.create(installation.plan(bytes: 128 << 20), of: installation)
            let plan = installation.plan(bytes: 128 << 20).encrypted(in: installation)
            let encrypted = try await controller.create(plan, of: installation)
            let markers = [Remains.marker(), Remains.marker()]
            for (volume, marker) in zip([plain, encrypted], markers) {
                try await node.stage(volume)
                try await node.publish(volume)
                try Remains.write(marker, bytes: Self.size, to: volume.target().appending("homework"))
                try await node.unpublish(volume)
                try await node.unstage(volume)
            }
            let wrapped = try #require(try await Leftovers.wrappedKeys(of: installation.context).first)
            let dataKey = try await Remains.dataKey(of: encrypted, in: installation.context).withBytes { Array($0) }
            let needles = markers + [wrapped.sealedKey, dataKey, Array(EncryptedClass.key(1).utf8)]

            print(
                "remanence: | | plain volume's marker | encrypted volume's marker | wrapped key | data key | key-encryption key |"
            )
            print("remanence: |---|---:|---:|---:|---:|---:|")
            try await Self.show("written: objects", Remains.objects(holding: needles, in: installation.context))
            let written = try await Self.disk("written: places on the disk", cluster, needles)
            #expect(written[0] * 32 >= Self.size / 2 && written[2] > 0, "\(written)")
            for volume in [plain, encrypted] { try await controller.delete(volume) }
            try await Leftovers.waitUntilGone(installation.context)
            let objects = try await Remains.objects(holding: needles, in: installation.context)
            Self.show("deleted, with receipts: objects", objects)
            #expect(objects.allSatisfy { $0 == 0 })
            let deleted = try await Self.disk("deleted: places on the disk", cluster, needles)
            for _ in 0..<2 { try await Self.compact(cluster) }
            let compacted = try await Self.disk("after compaction: places on the disk", cluster, needles)
            for counts in [written, deleted, compacted] {
                #expect(counts[1] == 0 && counts[3] == 0 && counts[4] == 0, "\(counts)")
            }
            let verified = try await installation.lockerctl(
                ["erasure", "verify", "--instance-key", installation.path("instance-key").string],
                namespace: installation.context.namespace
            )
            #expect(verified.status == 0)
            print("remanence: lockerctl erasure verify ends with \(verified.status)")
        }
        try await cluster.tearDown()
    }

    /// Counts on the disk of an OSD that has written everything and is at rest.
    private static func disk(_ what: String, _ cluster: TestCluster, _ needles: [[UInt8]]) async throws -> [Int] {
        try await cluster.stopOSD()
        let counts = try Remains.places(in: cluster, of: needles)
        try await cluster.startOSD()
        self.show(what, counts)
        return counts
    }

    private static func show(_ what: String, _ counts: [Int]) {
        print("remanence: | \(what) | \(counts.map { "\($0)" }.joined(separator: " | ")) |")
    }

    /// Has the OSD compact its database, as `ceph tell osd.0 compact` does.
    private static func compact(_ cluster: TestCluster) async throws {
        let process = try ChildProcess(
            "/usr/bin/ceph",
            [
                "--conf", cluster.directory.appending("ceph.conf").string, "--keyring",
                cluster.directory.appending("client.admin.keyring").string, "tell", "osd.0", "compact",
            ]
        )
        try #require(await process.wait() == 0)
    }
}
