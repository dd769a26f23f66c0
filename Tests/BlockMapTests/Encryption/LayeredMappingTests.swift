// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import RBD
internal import Rados
internal import Testing

@testable internal import BlockMap

/// A clone with a key of its own over an image in the clear, which librbd 17 and later opens.
@Suite(.enabled(if: LibraryFeatures.hasLayeredEncryption), .timeLimit(.minutes(2)))
struct LayeredMappingTests {
    private static let mappers = EngineFixture.mappers

    /// A clone of an image with something at its start and at its end.
    private static func clone(
        _ fixture: EngineFixture,
        _ bytes: [UInt8],
        key: DataEncryptionKey
    ) async throws -> MapRequest {
        try await fixture.context.createImage("template", size: 48 << 20)
        try await fixture.context.withImage(.name("template"), readOnly: false) { image in
            try image.write(offset: 0, bytes)
            try image.write(offset: (32 << 20) - UInt64(bytes.count), bytes)
            try image.createSnapshot("v1")
        }
        try await fixture.context.clone(
            from: fixture.context,
            image: "template",
            snapshot: "v1",
            as: "v",
            options: ImageOptions()
        )
        try await EncryptedImage.formatClone(.name("v"), in: fixture.context, key: key)
        var request = try await fixture.request("v")
        request.encryption = .luks2Layered(key)
        return request
    }

    @Test(
        "Its parent's data are read in the clear, its own are encrypted, and between them are zeroes",
        arguments: mappers
    )
    func mapped(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let (bytes, own) = (randomBytes(1 << 20), randomBytes(4096))
            let request = try await Self.clone(fixture, bytes, key: .random())
            for round in 0..<2 {
                let mapped = try await fixture.map(request)
                #expect(mapped.size == 32 << 20)
                let device = try await fixture.open(mapped)
                if round == 0 { try await device.write(own, at: 2 << 20) }
                #expect(try await device.read(at: 0, count: bytes.count) == bytes)
                #expect(try await device.read(at: 31 << 20, count: bytes.count) == bytes)
                #expect(try await device.read(at: 2 << 20, count: own.count) == own)
                // Of an object that is the clone's own by now, and of one that is nobody's.
                for (offset, count) in [(3 << 20, 512), (3 << 20, 4096), ((2 << 20) + 4096, 65536), (9 << 20, 4096)] {
                    let found = try await device.read(at: Int64(offset), count: count)
                    #expect(found.allSatisfy { $0 == 0 }, "\(count) bytes at \(offset)")
                }
                try device.close()
                try await fixture.unmap(request)
            }
            #expect(try await !fixture.holds(Array(own.prefix(64))))
        }
    }

    @Test("It is opened as what it is, or not at all", arguments: mappers)
    func refusals(mapper: MapperName) async throws {
        try await EngineFixture.with(mapper) { fixture in
            let key = try DataEncryptionKey.random()
            let request = try await Self.clone(fixture, randomBytes(4096), key: key)
            var other = request
            other.encryption = .luks2(key)
            #expect(try await fixture.failure { _ = try await fixture.map(other) }.text.contains("is a clone"))
            other.encryption = .luks2Layered(try .random())
            #expect(try await fixture.failure { _ = try await fixture.map(other) }.code == .mismatch)
            other.encryption = .none
            let mapped = try await fixture.map(other)
            #expect(
                try await fixture.failure { _ = try await fixture.map(request) }.text.contains("without encryption")
            )
            _ = mapped
            try await fixture.unmap(other)
            #expect(
                try await fixture.failure {
                    try await EncryptedImage.formatClone(.name("v"), in: fixture.context, key: key)
                }.code == .formatted
            )
            #expect(
                try await fixture.failure {
                    try await EncryptedImage.formatClone(.name("template"), in: fixture.context, key: key)
                }.text.contains("is no clone")
            )
        }
    }
}
