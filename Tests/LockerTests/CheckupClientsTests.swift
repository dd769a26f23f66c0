// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// What a checkup says of clients that have images open, and of attachments.
@Suite(.timeLimit(.minutes(3)))
struct CheckupClientsTests {
    private let checkup = Checkup(patience: .milliseconds(50))

    @Test("A volume that its recorded client has open and locked is no finding")
    func sound() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let client = try await laboratory.cluster.connect()
            let live = try await self.opened(handle, by: client, laboratory)
            try await live.acquireLock()
            try await self.attach(handle, client: client.instanceAddress, laboratory)
            let findings = try await self.checkup.findings(in: laboratory.io)
            #expect(findings.isEmpty, "\(findings)")
            try await live.close()
            await client.close()
        }
    }

    @Test("A client that no attachment names is found by its lock, or by its watch")
    func foreign() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let client = try await laboratory.cluster.connect()
            let live = try await self.opened(handle, by: client, laboratory)
            let watched = try await self.checkup.findings(in: laboratory.io)
            #expect(watched.map(\.kind) == [.imageWatched], "\(watched)")
            #expect(watched.first?.explanation.contains(client.instanceAddress) == true)
            try await live.acquireLock()
            let locked = try await self.checkup.findings(in: laboratory.io)
            #expect(locked.map(\.kind) == [.lockForeign], "\(locked)")
            #expect(locked.first?.remedy.contains(client.instanceAddress) == true)
            #expect(watched.allSatisfy { !$0.isRepairable } && locked.allSatisfy { !$0.isRepairable })
            try await live.close()
            await client.close()
            #expect(try await self.checkup.findings(in: laboratory.io).isEmpty)
        }
    }

    @Test("An attachment whose client has nothing open is found; one that only reads has no watch to show")
    func silent() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let node = Attachments.test("node-1")
            _ = try await node.claim(handle, in: laboratory.io, readOnly: true, accessMode: 1)
            _ = try await node.note(clientAddress: "127.0.0.1:0/71", mapper: "fuse", on: handle, in: laboratory.io)
            #expect(try await self.checkup.findings(in: laboratory.io).isEmpty)
            try await node.release(handle, in: laboratory.io)
            try await self.attach(handle, client: "127.0.0.1:0/71", laboratory)
            let findings = try await self.checkup.findings(in: laboratory.io)
            #expect(findings.map(\.kind) == [.nodeSilent], "\(findings)")
            #expect(findings.first?.explanation.contains("node node-1 by client 127.0.0.1:0/71") == true)
        }
    }

    @Test("The lock of a fenced client is broken by a repair, and the volume is whole for the next one")
    func fencedLock() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let client = try await laboratory.cluster.connect(options: ["rbd_cache": "false"])
            let live = try await self.opened(handle, by: client, laboratory)
            try await live.acquireLock()
            try await live.write(offset: 0, [7])
            try await io.cluster.blocklist(client.instanceAddress, for: .seconds(300))
            try await io.cluster.waitForLatestMap()
            let findings = try await self.checkup.findings(in: io)
            #expect(findings.map(\.kind) == [.lockFenced] && findings.allSatisfy(\.isRepairable), "\(findings)")
            #expect(findings.first?.repairInWords?.contains(client.instanceAddress) == true)
            for _ in 0..<2 {
                for finding in findings { try await self.checkup.repair(finding, in: io) }
            }
            #expect(try await self.checkup.findings(in: io).isEmpty)
            let byte = try await io.withImage(.id(handle.imageID), readOnly: true) { try $0.read(offset: 0, count: 1) }
            #expect(byte == [7])
            // Refused by the cluster, and not what this is about.
            try? await live.close()
            await client.close()
        }
    }

    private func opened(
        _ handle: VolumeHandle,
        by client: Cluster,
        _ laboratory: Laboratory
    ) async throws -> LiveImage {
        let io = try await client.ioContext(pool: laboratory.io.poolName, namespace: laboratory.io.namespace)
        return try await LiveImage.open(.id(handle.imageID), in: io, readOnly: false)
    }

    private func attach(_ handle: VolumeHandle, client: String, _ laboratory: Laboratory) async throws {
        let node = Attachments.test("node-1")
        _ = try await node.claim(handle, in: laboratory.io, readOnly: false, accessMode: 1)
        _ = try await node.note(clientAddress: client, mapper: "fuse", on: handle, in: laboratory.io)
    }
}
