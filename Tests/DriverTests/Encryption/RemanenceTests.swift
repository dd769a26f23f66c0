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
            let markers = [Self.random(), Self.random()]
            for (volume, marker) in zip([plain, encrypted], markers) {
                try await node.stage(volume)
                try await node.publish(volume)
                try Self.write(marker, to: volume.target().appending("homework"))
                try await node.unpublish(volume)
                try await node.unstage(volume)
            }
            let dataKey = try await Self.dataKey(of: encrypted, in: installation.context)
            let key = dataKey.withBytes { Array($0) }
            let secrets = [key, Array(EncryptedClass.key(1).utf8)]
            // That it is found at all where it is in the clear.
            let found = try await Self.objects(holding: [markers[0], markers[1]] + secrets, in: installation.context)
            #expect(found[0] > 0)
            #expect(found[1...].allSatisfy { $0 == 0 }, "\(found)")
            try await cluster.stopOSD()
            let onDisk = try Self.store(of: cluster, holds: [markers[0], markers[1]] + secrets)
            #expect(onDisk == [true, false, false, false])
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

    /// Linux' SEEK_DATA and SEEK_HOLE, which Swift's Glibc leaves out.
    private static let (seekData, seekHole): (CInt, CInt) = (3, 4)

    /// A marker of 32 bytes.
    private static func random() -> [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255) } }

    /// Fills a file of 8 MiB with a marker.
    private static func write(_ marker: [UInt8], to path: FilePath) throws {
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
        try file.closeAfter {
            try file.writeAll(Array(repeatElement(marker, count: (8 << 20) / marker.count).joined()))
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    private static func dataKey(of volume: MadeVolume, in context: IOContext) async throws -> DataEncryptionKey {
        let opened = try await RecordStore.open(context, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let key = RecordKey(instance: "rbd.locker.csi", name: volume.plan.name)
        let record = try #require(try await store.volume(key)).value
        let keys = try #require(try KeyEncryptionKeys(secrets: EncryptedClass.secrets(1)))
        let dataKey = try await record.dataKey(at: key, in: context) { keys }
        return try #require(dataKey)
    }

    /// How many objects of the pool hold each of some bytes, in their data or their omap: those of every namespace.
    private static func objects(holding needles: [[UInt8]], in context: IOContext) async throws -> [Int] {
        var counts = [Int](repeating: 0, count: needles.count)
        var seen = 0
        for namespace in ["", WrappedKeyStore.namespace, context.namespace] {
            let io = try await context.cluster.ioContext(poolID: context.poolID, namespace: namespace)
            for object in try await io.objects() {
                seen += 1
                var bytes = try await io.read(object, length: Int(try await io.size(of: object)))
                for (key, value) in try await io.omapPage(of: object, limit: 1000).entries {
                    bytes += Array(key.utf8) + value
                }
                for (index, needle) in needles.enumerated() where Self.contains(bytes, needle) { counts[index] += 1 }
            }
        }
        // LIBRADOS_ALL_NSPACES: that no namespace was forgotten.
        let all = try await context.cluster.ioContext(poolID: context.poolID, namespace: "\u{1}")
        #expect(try await all.objects().count == seen)
        return counts
    }

    /// Whether the file that the OSD keeps everything in holds each of some bytes.
    private static func store(of cluster: TestCluster, holds needles: [[UInt8]]) throws -> [Bool] {
        let path = cluster.directory.appending("osd").appending("block")
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            var found = [Bool](repeating: false, count: needles.count)
            var offset: off_t = 0
            // Most of the file is holes.
            while case let start = lseek(file.rawValue, offset, Self.seekData), start >= 0 {
                let end = lseek(file.rawValue, start, Self.seekHole)
                var bytes = [UInt8](repeating: 0, count: Int(min(end - start, 64 << 20)))
                let count = bytes.withUnsafeMutableBytes { pread(file.rawValue, $0.baseAddress, $0.count, start) }
                guard count > 0 else { throw Errno(rawValue: errno) }
                bytes.removeLast(bytes.count - count)
                for (index, needle) in needles.enumerated() where !found[index] {
                    found[index] = Self.contains(bytes, needle)
                }
                // What begins in this piece may end in the next.
                offset = start + off_t(count) < end ? start + off_t(count - 64) : end
            }
            return found
        }
    }

    private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            needle.withUnsafeBytes { needle in
                guard let first = needle.first, let pattern = needle.baseAddress else { return false }
                var rest = bytes[...]
                while rest.count >= needle.count {
                    let start = bytes.baseAddress.map { $0 + rest.startIndex }
                    guard let start, let found = memchr(start, CInt(first), rest.count - needle.count + 1) else {
                        break
                    }
                    if memcmp(found, pattern, needle.count) == 0 { return true }
                    rest = rest.dropFirst(UnsafeRawPointer(found) - start + 1)
                }
                return false
            }
        }
    }
}
