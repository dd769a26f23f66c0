// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The process that serves an encrypted volume is killed, and the next one goes on with the key from the keyring.
@Suite(.timeLimit(.minutes(5)), .enabled(if: !ResumeTests.mappers.isEmpty, "neither ublk nor nbd"))
struct EncryptedResumeTests {
    @Test("It is served on with its key, and not at all without", arguments: ResumeTests.mappers)
    func resume(mapper: MapperName) async throws {
        try await RecoveryPlace.with(mapper) { place in
            let name = "locker-test-\(UInt64.random(in: 0...UInt64.max)):data"
            let key = try DataEncryptionKey.random()
            try key.store(named: name)
            try await EncryptedImage.format(.name("v"), in: place.context, key: key)
            let process = try await place.threads.run {
                try ServingProcess(
                    image: "v",
                    of: place.context,
                    cluster: place.cluster,
                    directory: place.directory,
                    mapper: mapper,
                    encryptionKey: name
                )
            }
            let device = try await place.threads.run {
                try RawDevice(process.device, readOnly: false, threads: place.threads)
            }
            let (text, bytes) = marker(1 << 20)
            try await device.write(bytes, at: 1 << 20)
            try await device.flush()
            await process.kill()
            async let read = device.read(at: 1 << 20, count: bytes.count)

            // Without the key the device goes on waiting: it is never answered from the image as it is.
            let keyless = Self.engine(place, keys: { _ in nil })
            try await keyless.start()
            try await Task.sleep(for: .milliseconds(500))
            let waiting = try #require(try await keyless.mapped().first)
            #expect(waiting.trouble.contains("waits"), "\(waiting.trouble)")
            var plain = try await place.successor().request()
            plain.volumeID = "v"
            await #expect(throws: MapError.self) { _ = try await keyless.map(plain, by: mapper) }
            await keyless.close()

            let engine = Self.engine(place, keys: { _ in try DataEncryptionKey.read(named: name) })
            try await engine.start()
            #expect(try await read == bytes)
            #expect(try await engine.mapped().first?.size == (512 - 16) << 20)
            try device.close()
            try await engine.unmap(volumeID: "v", imageID: "")
            await engine.close()
            #expect(try await !place.successor().holds(text))
            try Keyring.remove(name: name)
        }
    }

    private static func engine(
        _ place: RecoveryPlace,
        keys: @escaping @Sendable (String) throws -> DataEncryptionKey?
    ) -> DataEngine {
        let cephKey = place.cluster.csi.key
        return DataEngine(
            directory: place.directory,
            pool: place.threads,
            keys: { _ in cephKey },
            encryptionKeys: keys,
            logger: Logger(label: "test")
        )
    }
}
