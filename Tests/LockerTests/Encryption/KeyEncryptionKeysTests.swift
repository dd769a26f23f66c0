// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Locker
internal import Redaction
internal import Testing

/// Key-encryption keys: what is one, which wraps, and what they open.
struct KeyEncryptionKeysTests {
    private static let base64 = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8="
    private static let text = "correct-horse-battery-staple-and-more"

    private static func identity(
        fsid: String = "5fe2c0a1-36e1-4d7e-9d5c-7a2a6c1f0b11",
        poolID: Int64 = 3,
        namespace: String = "informatics-1",
        record: String = "f6cada7a1f5c8311ccc5078bec23fa38",
        dataKeyID: String = "000102030405060708090a0b0c0d0e0f"
    ) throws -> KeyIdentity {
        KeyIdentity(
            fsid: fsid,
            poolID: poolID,
            namespace: namespace,
            recordKey: try #require(RecordKey(hex: record)),
            dataKeyID: dataKeyID
        )
    }

    /// The key of the vectors: 0, 1, 2, ….
    private static func counting() throws -> DataEncryptionKey {
        try Array(UInt8(0)..<32).withUnsafeBytes { try DataEncryptionKey(copying: $0) }
    }

    @Test(
        "What was wrapped stays open: nonce, AES-256-GCM with the identity, by bytes in base64 or a text through HKDF",
        // Made with Python's cryptography.
        arguments: [
            (
                Self.base64,
                "000102030405060708090a0b3a046e7b738942a7ca1b8ac9b4e0c2b493d53f1a7859bb44f639f28d5dac774164fd29806f34cbff"
                    + "a4e7ad9dcf090be5"
            ),
            (
                Self.text,
                "000102030405060708090a0b84fc2b2a1ab24e849ea9efe3fbe4881705d77127652b11d7fc1691b9b81edefed9a4b98fcd1d2d84"
                    + "07fb786c427d6bdc"
            ),
        ]
    )
    func permanent(_ key: String, _ sealed: String) async throws {
        let keys = try KeyEncryptionKeys(parsing: "7 \(key)\n", origin: "the file")
        let bytes = try #require([UInt8](hex: sealed))
        let opened = try await keys.unwrap(bytes, wrappedBy: "kek.7", of: try Self.identity())
        #expect(try opened == Self.counting())
    }

    @Test("A wrapped key opens for its volume only, by the key that wrapped it, and unchanged")
    func bound() async throws {
        let keys = try KeyEncryptionKeys(parsing: "1 \(Self.base64)\n2 \(Self.text)", origin: "the file")
        let key = try DataEncryptionKey.random()
        let identity = try Self.identity()
        let wrapped = try await keys.wrap(key, of: identity)
        let sealed = wrapped.bytes
        #expect(keys.newest == "kek.2" && wrapped.wrappingKeyID == "kek.2" && sealed.count == 60)
        #expect(try await keys.unwrap(sealed, wrappedBy: "kek.2", of: identity) == key)
        #expect(try await keys.wrap(key, of: identity).bytes != sealed)
        let others = try [
            Self.identity(fsid: "another"), Self.identity(poolID: 4), Self.identity(namespace: ""),
            Self.identity(record: "f6cada7a1f5c8311ccc5078bec23fa39"), Self.identity(dataKeyID: "other"),
        ]
        for other in others {
            await expectRefusal(.failedPrecondition, saying: "kek.2", "does not open") {
                try await keys.unwrap(sealed, wrappedBy: "kek.2", of: other)
            }
        }
        await expectRefusal(.failedPrecondition, saying: "kek.1", "the file", "does not open") {
            try await keys.unwrap(sealed, wrappedBy: "kek.1", of: identity)
        }
        await expectRefusal(.failedPrecondition, saying: "\"kek.3\"", "kek.1, kek.2", "Add it") {
            try await keys.unwrap(sealed, wrappedBy: "kek.3", of: identity)
        }
        for index in sealed.indices {
            var damaged = sealed
            damaged[index] ^= 1
            await expectRefusal(.failedPrecondition, saying: "does not open") {
                try await keys.unwrap(damaged, wrappedBy: "kek.2", of: identity)
            }
        }
        await expectRefusal(.failedPrecondition, saying: "does not open") {
            try await keys.unwrap([1, 2, 3], wrappedBy: "kek.2", of: identity)
        }
    }

    @Test("A Secret's keys are kek.1 to kek.255, the highest wraps, and others of its entries are none of them")
    func secrets() throws {
        #expect(try KeyEncryptionKeys(secrets: ["userID": "csi", "userKey": "k"]) == nil)
        let secrets: [String: Secret] = ["kek.2": Secret(Self.base64), "kek.10": Secret(Self.text), "userID": "csi"]
        #expect(try KeyEncryptionKeys(secrets: secrets)?.newest == "kek.10")
    }

    @Test(
        "What is no key is refused, and no part of it is said",
        arguments: ["kek.0", "kek.256", "kek.01", "kek.", "kek.x", "kek.1"]
    )
    func bad(_ name: String) async {
        let secret = name == "kek.1" ? "secret-too-short" : "secret-\(Self.text)"
        let message = await expectRefusal(.invalidArgument, saying: name) {
            try KeyEncryptionKeys(secrets: [name: Secret(secret)])
        }
        #expect(!message.contains("secret-"))
        let file = await expectRefusal(.invalidArgument, saying: "the file") {
            try KeyEncryptionKeys(parsing: "1 secret-too-short", origin: "the file")
        }
        #expect(!file.contains("secret-"))
    }

    @Test("A key's fingerprint stays, is another's for another key of that name, and is none of the key")
    func fingerprint() async throws {
        let (one, other) = (
            try KeyEncryptionKeys(parsing: "1 \(Self.base64)\n2 \(Self.text)", origin: "the file"),
            try KeyEncryptionKeys(parsing: "2 \(Self.text)-another", origin: "the file")
        )
        // Made with Python's hmac: what is in a cluster stays what it is.
        #expect(one.names == ["kek.1#d49cdd948fd6e746", "kek.2#d40c865d2b6fe973"])
        #expect(other.names.count == 1 && !one.names.contains(other.names[0]))
        let sealed = try await one.wrap(DataEncryptionKey.random(), of: Self.identity())
        #expect("\(sealed.wrappingKeyID)#\(sealed.fingerprint)" == one.names[1])
    }

    @Test("A description shows no key")
    func redacted() throws {
        let keys = try KeyEncryptionKeys(parsing: "1 \(Self.text)", origin: "the file")
        #expect(!"\(keys)".contains("horse") && !String(reflecting: keys).contains("horse"))
        var dumped = ""
        dump(keys, to: &dumped)
        #expect(!dumped.contains("horse"))
    }
}
