// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Host
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Writing a LUKS2 header to an image.
@Suite(.timeLimit(.minutes(3)))
struct EncryptedImageTests {
    private static func failure(_ body: () async throws -> Void) async throws -> MapError {
        do {
            try await body()
        } catch let error as MapError {
            return error
        }
        throw SetUpError("nothing was thrown")
    }

    @Test("librbd opens what was formatted with the key and no other; the mark is gone")
    func format() async throws {
        try await TestCluster.shared().withNamespace { context in
            let key = try DataEncryptionKey.random()
            try await context.createImage("v", size: 48 << 20)
            let start = ContinuousClock.now
            #expect(try await EncryptedImage.format(.name("v"), in: context, key: key) == 16 << 20)
            print("encryption: formatted in \(ContinuousClock.now - start)")
            let found = try await context.withImage(.name("v"), readOnly: true) { image in
                let before = (try image.metadata(), try image.hasData(from: 16 << 20), try image.usedBytes())
                try key.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
                return (metadata: before.0, hasData: before.1, used: before.2, payload: try image.size)
            }
            #expect(found.metadata.isEmpty && !found.hasData)
            #expect(found.used == 4 << 20 && found.payload == 32 << 20)
        }
    }

    @Test("A second header is refused, whoever made the first, and leaves that as it is")
    func twice() async throws {
        try await TestCluster.shared().withNamespace { context in
            let key = try DataEncryptionKey.random()
            try await context.createImage("v", size: 48 << 20)
            try await EncryptedImage.format(.name("v"), in: context, key: key)
            let error = try await Self.failure {
                try await EncryptedImage.format(.name("v"), in: context, key: try .random())
            }
            #expect(error.code == .formatted, "\(error)")
            try await context.withImage(.name("v"), readOnly: true) { image in
                try key.withBytes { try image.loadEncryption(.luks2, passphrase: $0) }
            }
            try await context.createImage("w", size: 48 << 20)
            try await context.withImage(.name("w"), readOnly: false) {
                try $0.formatEncryption(.luks2, passphrase: [1, 2, 3])
            }
            let other = try await Self.failure { try await EncryptedImage.format(.name("w"), in: context, key: key) }
            #expect(other.code == .formatted)
        }
    }

    @Test(
        "An image with data anywhere is refused and keeps them",
        arguments: [0, 1024, 65536, 8 << 20, 16 << 20, 40 << 20] as [UInt64]
    )
    func data(offset: UInt64) async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("v", size: 48 << 20)
            let bytes = randomBytes(512)
            try await context.withImage(.name("v"), readOnly: false) { try $0.write(offset: offset, bytes) }
            let error = try await Self.failure {
                try await EncryptedImage.format(.name("v"), in: context, key: try .random())
            }
            #expect(error.code == .mismatch && error.message.contains("has data"), "\(error)")
            let (kept, metadata) = try await context.withImage(.name("v"), readOnly: true) {
                (try $0.read(offset: offset, count: 512), try $0.metadata())
            }
            #expect(kept == bytes && metadata.isEmpty)
        }
    }

    @Test("No room, a clone, tiny objects, no image, another client's lock: each is said")
    func refusals() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withNamespace { context in
            let key = try DataEncryptionKey.random()
            try await context.createImage("small", size: 16 << 20)
            var error = try await Self.failure {
                try await EncryptedImage.format(.name("small"), in: context, key: key)
            }
            #expect(error.code == .unsupported, "\(error)")

            try await context.createImage("parent", size: 48 << 20)
            try await context.withImage(.name("parent"), readOnly: false) { try $0.createSnapshot("s") }
            try await context.clone(from: context, image: "parent", snapshot: "s", as: "clone")
            error = try await Self.failure { try await EncryptedImage.format(.name("clone"), in: context, key: key) }
            #expect(error.code == .unsupported && error.message.contains("clone"), "\(error)")

            error = try await Self.failure { try await EncryptedImage.format(.name("none"), in: context, key: key) }
            #expect(error.code == .notFound, "\(error)")

            let other = try await cluster.connect()
            let elsewhere = try await other.ioContext(poolID: context.poolID, namespace: context.namespace)
            let image = try await LiveImage.open(.name("parent"), in: elsewhere, readOnly: false)
            try await image.acquireLock()
            error = try await Self.failure { try await EncryptedImage.format(.name("parent"), in: context, key: key) }
            #expect(error.code == .busy, "\(error)")
            try await image.close()
            await other.close()
        }
    }
}
