// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What differs from a snapshot, what is allocated, and whether anything is at all.
@Suite(.timeLimit(.minutes(2)))
struct DiffTests {
    /// The extents that a diff reports.
    private final class Extents: Sendable {
        private let list = Mutex<[DiffExtent]>([])
        var all: [DiffExtent] { self.list.withLock { $0.sorted { $0.offset < $1.offset } } }
        func append(_ extent: DiffExtent) { self.list.withLock { $0.append(extent) } }
    }

    @Test("Bytes written, bytes given back and bytes untouched are told apart", arguments: [false, true])
    func sinceSnapshot(wholeObject: Bool) async throws {
        try await TestCluster.shared().withNamespace { context in
            let extents = Extents()
            try await context.createImage("one", size: 64 << 20)
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.write(offset: 8 << 20, [UInt8](repeating: 1, count: 4 << 20))
                try image.write(offset: 40 << 20, [UInt8](repeating: 1, count: 4096))
                try image.createSnapshot("s")
                try image.write(offset: 20 << 20, [UInt8](repeating: 2, count: 8192))
                try image.discard(offset: 8 << 20, count: 4 << 20)
            }
            try await context.withImage(.name("one"), readOnly: true) { image in
                try image.diff(since: .snapshot("s"), wholeObject: wholeObject) {
                    extents.append($0)
                    return true
                }
            }
            let length: UInt64 = wholeObject ? 4 << 20 : 8192
            #expect(extents.all.map(\.offset) == [8 << 20, 20 << 20])
            #expect(extents.all.map(\.length) == [4 << 20, length])
            #expect(extents.all.map(\.exists) == [false, true])
        }
    }

    @Test("A range limits the diff, and the closure ends it")
    func rangeAndEnd() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 64 << 20)
            let (part, first) = (Extents(), Extents())
            try await context.withImage(.name("one"), readOnly: false) { image in
                for index in 0..<16 { try image.write(offset: UInt64(index) << 22, [1]) }
                try image.flush()
                try image.diff(in: 8 << 20..<16 << 20, wholeObject: true) {
                    part.append($0)
                    return true
                }
                try image.diff {
                    first.append($0)
                    return false
                }
                try image.diff(in: 64 << 20..<99 << 20) { _ in
                    Issue.record("there is nothing past the end")
                    return true
                }
            }
            #expect(part.all.reduce(0) { $0 + $1.length } == 8 << 20)
            #expect(part.all.first?.offset == 8 << 20)
            #expect(!first.all.isEmpty && first.all.count < 16)
        }
    }

    @Test(
        "hasData sees any byte at or past the offset and none before it",
        arguments: [ImageFeatures.standard, [.layering, .exclusiveLock]]
    )
    func hasData(features: ImageFeatures) async throws {
        try await TestCluster.shared().withNamespace { context in
            let options = ImageOptions(features: features)
            try await context.createImage("one", size: 64 << 20, options: options)
            let fresh = try await context.withImage(.name("one"), readOnly: true) { try $0.hasData(from: 0) }
            #expect(!fresh)
            // A header of 16 MiB, as LUKS2 has it.
            try await context.withImage(.name("one"), readOnly: false) {
                try $0.write(offset: 0, [UInt8](repeating: 1, count: 16 << 20))
            }
            let header = try await context.withImage(.name("one"), readOnly: true) {
                (try $0.hasData(from: 0), try $0.hasData(from: 12 << 20), try $0.hasData(from: 16 << 20))
            }
            #expect(header == (true, true, false))
            try await context.withImage(.name("one"), readOnly: false) { try $0.write(offset: (64 << 20) - 1, [1]) }
            let tail = try await context.withImage(.name("one"), readOnly: true) {
                (try $0.hasData(from: 16 << 20), try $0.hasData(from: 64 << 20), try $0.usedBytes())
            }
            #expect(tail.0 && !tail.1)
            #expect(tail.2 >= 16 << 20 && tail.2 <= 20 << 20)
        }
    }

    @Test("A clone of a full parent has data although nothing was written to it")
    func cloneHasData() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("parent", size: 32 << 20)
            try await context.withImage(.name("parent"), readOnly: false) { image in
                try image.write(offset: 20 << 20, [1])
                try image.createSnapshot("s")
            }
            try await context.clone(from: context, image: "parent", snapshot: "s", as: "clone")
            let found = try await context.withImage(.name("clone"), readOnly: true) {
                (try $0.hasData(from: 16 << 20), try $0.hasData(from: 24 << 20), try $0.usedBytes())
            }
            #expect(found == (true, false, 0))
        }
    }

    @Test("sparsify gives back objects that hold nothing but zeroes")
    func sparsify() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 16 << 20)
            let used = try await context.withImage(.name("one"), readOnly: false) { image in
                try image.write(offset: 0, [UInt8](repeating: 0, count: 8 << 20))
                try image.write(offset: 12 << 20, [1])
                try image.flush()
                let before = try image.usedBytes()
                try image.sparsify(granularity: 4096)
                return (before, try image.usedBytes())
            }
            #expect(used.0 >= 4 << 20)
            #expect(used.1 <= 4 << 20 && used.1 > 0)
        }
    }
}
