// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What is left of some bytes: in the objects of a pool, and on the disk of a cluster's OSD.
enum Remains {
    /// A marker of 32 bytes that is nowhere else.
    static func marker() -> [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255) } }

    /// Fills a file with a marker, and waits until it is on the disk.
    static func write(_ marker: [UInt8], bytes: Int, to path: FilePath) throws {
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
        try file.closeAfter {
            let piece = Array(repeatElement(marker, count: (1 << 20) / marker.count).joined())
            for _ in 0..<(bytes >> 20) { try file.writeAll(piece) }
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    /// A volume's key, opened.
    static func dataKey(of volume: MadeVolume, in context: IOContext) async throws -> DataEncryptionKey {
        let opened = try await RecordStore.open(context, layouts: LayoutCache(), creating: false)
        let store = try #require(opened)
        let key = RecordKey(instance: "rbd.locker.csi", name: volume.plan.name)
        let record = try #require(try await store.volume(key)).value
        let keys = try #require(try KeyEncryptionKeys(secrets: EncryptedClass.secrets(1)))
        let dataKey = try await record.dataKey(at: key, in: context) { keys }
        return try #require(dataKey)
    }

    /// How many objects of the pool hold each of some bytes, in their data or their omap: those of every namespace.
    static func objects(holding needles: [[UInt8]], in context: IOContext) async throws -> [Int] {
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
                for (index, needle) in needles.enumerated() where Self.count(needle, in: bytes[...]) > 0 {
                    counts[index] += 1
                }
            }
        }
        // LIBRADOS_ALL_NSPACES: that no namespace was forgotten.
        let all = try await context.cluster.ioContext(poolID: context.poolID, namespace: "\u{1}")
        #expect(try await all.objects().count == seen)
        return counts
    }

    /// Linux' SEEK_DATA and SEEK_HOLE, which Swift's Glibc leaves out.
    private static let (seekData, seekHole): (CInt, CInt) = (3, 4)

    /// At how many places of the file that the OSD keeps everything in each of some bytes are.
    ///
    /// - Parameter needles: none longer than 512 bytes.
    static func places(in cluster: TestCluster, of needles: [[UInt8]]) throws -> [Int] {
        let path = cluster.directory.appending("osd").appending("block")
        let file = try FileDescriptor.open(path, .readOnly)
        let (piece, overlap) = (64 << 20, 512)
        return try file.closeAfter {
            var counts = [Int](repeating: 0, count: needles.count)
            var offset: off_t = 0
            // Most of the file is holes.
            while case let start = lseek(file.rawValue, offset, Self.seekData), start >= 0 {
                let end = lseek(file.rawValue, start, Self.seekHole)
                var bytes = [UInt8](repeating: 0, count: Int(min(end - start, off_t(piece + overlap))))
                let count = bytes.withUnsafeMutableBytes { pread(file.rawValue, $0.baseAddress, $0.count, start) }
                guard count > 0 else { throw Errno(rawValue: errno) }
                bytes.removeLast(bytes.count - count)
                let isLast = start + off_t(count) >= end
                // What begins in the overlap is counted with the next piece.
                let counted = isLast ? count : max(count - overlap, 1)
                for (index, needle) in needles.enumerated() {
                    counts[index] += Self.count(needle, in: bytes[..<min(counted + needle.count - 1, count)])
                }
                offset = start + off_t(counted)
            }
            return counts
        }
    }

    /// How often some bytes are in others, without overlap.
    private static func count(_ needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { bytes in
            needle.withUnsafeBytes { needle in
                guard let pattern = needle.baseAddress, let first = needle.first, var at = bytes.baseAddress else {
                    return 0
                }
                let end = at + bytes.count
                var count = 0
                while end - at >= needle.count, let found = memchr(at, CInt(first), end - at - needle.count + 1) {
                    let isWhole = memcmp(found, pattern, needle.count) == 0
                    if isWhole { count += 1 }
                    at = UnsafeRawPointer(found) + (isWhole ? needle.count : 1)
                }
                return count
            }
        }
    }
}
