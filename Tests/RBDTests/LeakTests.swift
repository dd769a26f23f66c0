// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Nothing stays behind: each test is a process of its own, so that what it counts is its own.
@Suite(.timeLimit(.minutes(3)))
struct LeakTests {
    @Test("The counter sees an image that stays open, and sees it gone")
    func counter() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let place = [try await TestCluster.shared().directory.string, context.namespace]
            await #expect(processExitsWith: .success) { [place = place as [String]] in
                let cluster = try TestCluster(directory: FilePath(place[0]))
                let connection = try await cluster.connect()
                let context = try await connection.ioContext(pool: "students", namespace: place[1])
                // Threads and caches that librbd makes once are made.
                for _ in 0..<3 { try await LiveImage.open(.name("one"), in: context, readOnly: false).close() }
                let before = try ProcessCensus()
                var open: [LiveImage] = []
                for _ in 0..<20 { open.append(try await LiveImage.open(.name("one"), in: context, readOnly: true)) }
                let during = try ProcessCensus()
                #expect(during.heap > before.heap + 2_000_000, "\(before) \(during)")
                for image in open { try await image.close() }
                open = []
                let after = try ProcessCensus()
                #expect(after.heap < before.heap + (during.heap - before.heap) / 4, "\(before) \(during) \(after)")
                await connection.close()
            }
        }
    }

    @Test("200 rounds of opening, reading, listing and failing leave no thread, no descriptor, no memory")
    func rounds() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.createSnapshot("s")
                try image.setMetadata("k", to: "v")
            }
            try await context.clone(from: context, image: "one", snapshot: "s", as: "clone")
            try await context.createGroup("group")
            try await context.addImage("clone", toGroup: "group")
            let place = [try await TestCluster.shared().directory.string, context.namespace]
            await #expect(processExitsWith: .success) { [place = place as [String]] in
                struct Stop: Error {}
                let cluster = try TestCluster(directory: FilePath(place[0]))
                let connection = try await cluster.connect()
                let context = try await connection.ioContext(pool: "students", namespace: place[1])
                func round() async throws {
                    _ = try await context.withImage(.name("clone"), readOnly: false) { image in
                        (try image.parent(), try image.watchers(), try image.lockOwner(), try image.info())
                    }
                    _ = try await context.withImage(.name("one"), readOnly: true) { image in
                        (try image.snapshots(), try image.children(), try image.metadata(), try image.hasData(from: 0))
                    }
                    _ = try await errno { try await context.withImage(.name("none"), readOnly: true) { _ in } }
                    do {
                        try await context.withImage(.name("one"), readOnly: true) { _ in throw Stop() }
                    } catch is Stop {
                    }
                    _ = try await (context.images(), context.trash(), context.groups())
                    _ = try await (context.images(inGroup: "group"), context.groupSnapshots(of: "group"))
                    let live = try await LiveImage.open(.name("one"), in: context, readOnly: false)
                    try await live.onUpdate {}
                    try await live.write(offset: 0, [1])
                    try await live.close()
                    _ = try await LiveImage.open(.name("one"), in: context, readOnly: true)  // forgotten
                }
                for _ in 0..<40 { try await round() }
                let before = try ProcessCensus()
                for _ in 0..<200 { try await round() }
                var after = try ProcessCensus()
                while after.threads > before.threads || after.descriptors > before.descriptors {
                    // A forgotten image is closed on the pool; the suite's time limit is for one that never is.
                    await Task.yield()
                    after = try ProcessCensus()
                }
                // An open image is 300 kB: 60 MB if one stayed in each round.
                #expect(after.heap < before.heap + (1 << 20), "\(before) \(after)")
                await connection.close()
            }
        }
    }

    @Test("20,000 requests, refused ones included, leave no memory")
    func requests() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let place = [try await TestCluster.shared().directory.string, context.namespace]
            await #expect(processExitsWith: .success) { [place = place as [String]] in
                let cluster = try TestCluster(directory: FilePath(place[0]))
                let connection = try await cluster.connect(options: ["rbd_cache": "false"])
                let context = try await connection.ioContext(pool: "students", namespace: place[1])
                let live = try await LiveImage.open(.name("one"), in: context, readOnly: false)
                func round(_ count: Int) async throws {
                    for index in 0..<count {
                        let offset = UInt64(index % 1000) << 12
                        try await live.write(offset: offset, [UInt8](repeating: 1, count: 512))
                        _ = try await live.read(offset: offset, count: 4096)
                        _ = try await errno { try await live.read(offset: 9 << 20, count: 4096) }
                        try await live.flush()
                    }
                }
                try await round(1000)
                let before = try ProcessCensus()
                try await round(5000)
                let after = try ProcessCensus()
                // 64 bytes for each request would be 1.3 MB.
                #expect(after.heap < before.heap + (1 << 20), "\(before) \(after)")
                #expect(
                    after.threads <= before.threads && after.descriptors == before.descriptors,
                    "\(before) \(after)"
                )
                try await live.close()
                await connection.close()
            }
        }
    }
}
