// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// How an image is laid out, what it can do, and what people note on it.
@Suite(.timeLimit(.minutes(2)))
struct ImageInfoTests {
    @Test("The standard layout is what librbd reports")
    func standard() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 12345 << 10)
            let info = try await context.withImage(.name("one"), readOnly: true) { try $0.info() }
            #expect(info.name == "one" && info.size == 12345 << 10 && info.objectSize == 4 << 20)
            #expect(info.features == .standard)
            #expect(info.stripeUnit == 4 << 20 && info.stripeCount == 1)
            #expect(info.dataPoolID == context.poolID)
            #expect(info.dataPrefix == "rbd_data.\(info.id)")
            #expect(info.createdAt > 1_700_000_000)
            #expect(!info.isObjectMapInvalid)
        }
    }

    @Test("A layout that is asked for is the one that is made: object size, striping, data pool")
    func layout() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            let options = ImageOptions(
                features: [.layering, .exclusiveLock],
                objectSize: 1 << 20,
                stripeUnit: 65536,
                stripeCount: 4,
                dataPool: "rbd"
            )
            try await context.createImage("one", size: 8 << 20, options: options)
            let info = try await context.withImage(.name("one"), readOnly: true) { try $0.info() }
            #expect(info.objectSize == 1 << 20 && info.stripeUnit == 65536 && info.stripeCount == 4)
            #expect(info.features == [.layering, .exclusiveLock, .striping, .dataPool])
            #expect(try await info.dataPoolID == context.cluster.poolID(named: "rbd"))
            // Its objects are in the other pool, in the same namespace.
            try await context.withImage(.name("one"), readOnly: false) { try $0.write(offset: 0, [1]) }
            let data = try await cluster.commonConnection().ioContext(pool: "rbd", namespace: context.namespace)
            #expect(try await data.objects(prefix: info.dataPrefix).count == 1)
            try await context.removeImage("one")
            #expect(try await data.objects(prefix: info.dataPrefix).isEmpty)
        }
    }

    @Test("A layout that cannot be is refused and leaves nothing")
    func impossible() async throws {
        try await TestCluster.shared().withNamespace { context in
            for options in [
                ImageOptions(objectSize: 3 << 20), ImageOptions(objectSize: 1 << 10),
                ImageOptions(objectSize: 1 << 20, stripeUnit: 3000, stripeCount: 2),
                ImageOptions(features: [.objectMap]),
            ] {
                let code = try await errno { try await context.createImage("x", size: 8 << 20, options: options) }
                #expect(code == .invalidArgument || code == .outOfRange || code == .outOfDomain, "\(options)")
            }
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.createImage("x", size: 8 << 20, options: ImageOptions(dataPool: "no-such-pool"))
            }
            #expect(try await context.images().isEmpty)
        }
    }

    @Test("Features are switched, with their requirements checked")
    func features() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20, options: ImageOptions(features: [.layering]))
            try await expectErrno(.invalidArgument) {
                try await context.withImage(.name("one"), readOnly: false) {
                    try $0.setFeatures(.objectMap, enabled: true)
                }
            }
            try await context.withImage(.name("one"), readOnly: false) {
                try $0.setFeatures([.exclusiveLock], enabled: true)
                try $0.setFeatures([.objectMap, .fastDiff], enabled: true)
            }
            let features = try await context.withImage(.name("one"), readOnly: true) { try $0.features }
            #expect(features == [.layering, .exclusiveLock, .objectMap, .fastDiff])
            try await context.withImage(.name("one"), readOnly: false) {
                try $0.setFeatures([.objectMap, .fastDiff], enabled: false)
                try $0.setFeatures([.exclusiveLock], enabled: false)
            }
            #expect(try await context.withImage(.name("one"), readOnly: true) { try $0.features } == [.layering])
        }
    }

    @Test("Features have the names that the rbd command uses")
    func featureNames() throws {
        let names = ["layering", "exclusive-lock", "object-map", "fast-diff", "deep-flatten"]
        #expect(try ImageFeatures(names: names) == .standard)
        #expect(ImageFeatures.standard.names == names)
        #expect(ImageFeatures(rawValue: 1 | 1 << 40).description == "layering,0x10000000000")
        #expect(throws: CephError(call: "rbd_features_from_string", code: .invalidArgument, object: "teleport")) {
            try ImageFeatures(names: ["layering", "teleport"])
        }
    }

    @Test("Metadata: set, replaced, removed, long and empty values, and more keys than a page")
    func metadata() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 8 << 20)
            let long = String(repeating: "привет ", count: 3000)
            let expected = Dictionary(uniqueKeysWithValues: (0..<150).map { ("key-\($0)", "value \($0)") })
                .merging(["long": long, "empty": ""]) { $1 }
            try await context.withImage(.name("one"), readOnly: false) { image in
                for (key, value) in expected { try image.setMetadata(key, to: value) }
                try image.setMetadata("gone", to: "x")
                try image.removeMetadata("gone")
                try image.setMetadata("key-0", to: "other")
                try image.setMetadata("key-0", to: "value 0")
            }
            let (all, found, absent) = try await context.withImage(.name("one"), readOnly: true) { image in
                (try image.metadata(), try image.metadata("long"), try image.metadata("gone"))
            }
            #expect(all == expected)
            #expect(found == long)
            #expect(absent == nil)
            try await expectErrno(.noSuchFileOrDirectory) {
                try await context.withImage(.name("one"), readOnly: false) { try $0.removeMetadata("gone") }
            }
        }
    }
}
