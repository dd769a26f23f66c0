// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Glibc
internal import Host
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What a student has written, looked for where it must not be: in the objects of the pool, and on the OSD's disk.
@Suite(.timeLimit(.minutes(5)))
struct RemanenceTests {
    @Test(
        "A file of an encrypted volume is in no object and nowhere on the disk, in the clear; one of a plain volume is"
    )
    func marker() async throws {
        let cluster = try await TestCluster.start()
        try await Installation.with(cluster) { installation in
            let controller = try await installation.controller()
            let data = try await installation.data()
            let node = try await installation.node()
            let plain = try await controller.create(installation.plan(bytes: 64 << 20), of: installation)
            let plan = installation.plan(bytes: 64 << 20).encrypted(in: installation)
            let encrypted = try await controller.create(plan, of: installation)
            let markers = [Remains.marker(), Remains.marker()]
            for (volume, marker) in zip([plain, encrypted], markers) {
                try await node.stage(volume)
                try await node.publish(volume)
                try Remains.write(marker, bytes: 8 << 20, to: volume.target().appending("homework"))
                try await node.unpublish(volume)
                try await node.unstage(volume)
            }
            let dataKey = try await Remains.dataKey(of: encrypted, in: installation.context)
            let key = dataKey.withBytes { Array($0) }
            let secrets = [key, Array(EncryptedClass.key(1).utf8)]
            // That it is found at all where it is in the clear.
            let found = try await Remains.objects(
                holding: [markers[0], markers[1]] + secrets,
                in: installation.context
            )
            #expect(found[0] > 0)
            #expect(found[1...].allSatisfy { $0 == 0 }, "\(found)")
            try await cluster.stopOSD()
            let onDisk = try Remains.places(in: cluster, of: [markers[0], markers[1]] + secrets)
            #expect(onDisk[0] > 0)
            #expect(onDisk[1...].allSatisfy { $0 == 0 }, "\(onDisk)")
            try await cluster.startOSD()

            try await controller.delete(encrypted)
            #expect(try await Leftovers.wrappedKeys(of: installation.context).isEmpty)
            try await controller.delete(plain)
            try await Leftovers.waitUntilGone(installation.context)
            let left = try await Leftovers.onNode(of: encrypted, data: data, installation: installation)
            #expect(left.isEmpty)
        }
        try await cluster.tearDown()
    }
}
