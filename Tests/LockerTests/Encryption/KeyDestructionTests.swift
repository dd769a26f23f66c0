// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import Rados
internal import Testing

@testable internal import Locker

/// The end of a course's key-encryption keys: when it is refused, how it is gone on with, and what receipts may say then.
@Suite(.timeLimit(.minutes(2)))
struct KeyDestructionTests {
    private struct Cut: Error {}

    @Test("It is refused while a volume's key needs it, and said of a receipt once every key that ever wrapped is gone")
    func fates() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let (one, both) = try KeyEncryptionKeys.ofOneTest()
            let old = try await controller.create(laboratory.encryptedRequest("old", keys: one))
            let rotated = try await controller.create(laboratory.encryptedRequest("rotated", keys: one))
            let plain = try await controller.create(laboratory.request("plain"))
            let course = old.record.course
            let rotation = KeyRotation()
            let entries = try await rotation.entries(in: laboratory.io, course: course)
            let entry = try #require(entries.first { $0.record.requestName == "rotated" })
            #expect(try await rotation.rewrap(entry, in: laboratory.io, by: both) == .rewrapped)

            let destruction = try CourseKeyDestruction.test(of: course)
            let first = DestructibleKeys.test(one.names)
            await expectRefusal(.failedPrecondition, saying: "still needed", old.record.dataKeyID, course) {
                try await destruction.run(first, isAttested: true, in: laboratory.io) { throw Cut() }
            }
            for volume in [old, rotated, plain] { try await controller.delete(volume.handle) }
            await controller.erased(3)
            let receipts = try await Self.receipts(in: laboratory)
            #expect(receipts["old"]?.receipt.wrappingKeys == one.names)
            #expect(receipts["rotated"]?.receipt.wrappingKeys == both.names)
            #expect(
                try await Self.fates(receipts, in: laboratory) == [
                    "old": .keyRemoved, "rotated": .keyRemoved, "plain": .none,
                ]
            )

            let outcome = try await destruction.run(first, isAttested: true, in: laboratory.io) {}
            #expect(outcome == .filed)
            #expect(
                try await Self.fates(receipts, in: laboratory)
                    == ["old": .kekDestroyed, "rotated": .keyRemoved, "plain": .none]
            )
            let second = DestructibleKeys.test(Array(both.names.dropFirst()))
            _ = try await destruction.run(second, isAttested: true, in: laboratory.io) {}
            #expect(
                try await Self.fates(receipts, in: laboratory)
                    == ["old": .kekDestroyed, "rotated": .kekDestroyed, "plain": .none]
            )
        }
    }

    @Test(
        "What was cut short is ended by the repeat, which finds no key any more; without a beginning there is nothing"
    )
    func resumed() async throws {
        try await Laboratory.with { laboratory in
            let course = "resumed-\(laboratory.io.namespace)"
            let destruction = try CourseKeyDestruction.test(of: course)
            #expect(try await destruction.run(nil, isAttested: true, in: laboratory.io) { throw Cut() } == .nothing)
            let keys = DestructibleKeys.test(["kek.1#0011223344556677"])
            await #expect(throws: Cut.self) {
                try await destruction.run(keys, isAttested: true, in: laboratory.io) { throw Cut() }
            }
            let store = try await KeyDestructionStore(besides: laboratory.io)
            #expect(try await store.filed(course: course).isEmpty)
            #expect(try await destruction.run(nil, isAttested: false, in: laboratory.io) {} == .filed)
            let filed = try await store.filed(course: course)
            let statement = try #require(filed.first?.statement)
            #expect(filed.count == 1 && statement.keys == keys.names && statement.attested && statement.destroyedAt > 0)
            #expect(statement.how == keys.how && statement.pool == laboratory.io.poolName && statement.instanceKey == 1)
            #expect(try await destruction.run(nil, isAttested: true, in: laboratory.io) { throw Cut() } == .nothing)
            // Nobody's word: nothing is filed.
            #expect(try await destruction.run(keys, isAttested: false, in: laboratory.io) {} == .unfiled)
            #expect(try await store.filed(course: course).count == 1)
        }
    }

    @Test("A key of a version before fingerprints, or one that cannot be read, is destroyed, and never said to be more")
    func unknownHistory() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let keys = try KeyEncryptionKeys.ofOneTest().one
            let old = try await controller.create(laboratory.encryptedRequest("old", keys: keys))
            let damaged = try await controller.create(laboratory.encryptedRequest("damaged", keys: keys))
            try await Self.edit(old.record.dataKeyID, in: laboratory) { bytes in
                var wrapped = try WrappedKey(decoding: bytes)
                wrapped.wrappingKeyFingerprint = ""
                return try wrapped.encoded()
            }
            try await Self.edit(damaged.record.dataKeyID, in: laboratory) { _ in [0xFF, 0xFF] }
            // By its name it may be the one.
            let destruction = try CourseKeyDestruction.test(of: old.record.course)
            let users = DestructibleKeys.test(keys.names, of: old.record.course)
            let stored = try #require(try await laboratory.wrappedKey(of: old))
            #expect(users.areNeeded(for: stored))
            #expect(!DestructibleKeys.test(keys.names, of: "another").areNeeded(for: stored))
            for volume in [old, damaged] { try await controller.delete(volume.handle) }
            await controller.erased(2)
            _ = try await destruction.run(users, isAttested: true, in: laboratory.io) {}
            let receipts = try await Self.receipts(in: laboratory)
            #expect(receipts.values.allSatisfy { $0.receipt.wrappingKeys.isEmpty })
            #expect(try await Self.fates(receipts, in: laboratory) == ["old": .keyRemoved, "damaged": .keyRemoved])
        }
    }

    @Test("What somebody else has signed, has changed or has moved is believed by nobody")
    func tampered() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let keys = try KeyEncryptionKeys.ofOneTest().one
            let volume = try await controller.create(laboratory.encryptedRequest(keys: keys))
            let course = volume.record.course
            try await controller.delete(volume.handle)
            await controller.erased()
            let receipts = try await Self.receipts(in: laboratory)
            let strangers = try CourseKeyDestruction.test(of: course, keys: "a-key-of-somebody-else")
            _ = try await strangers.run(DestructibleKeys.test(keys.names), isAttested: true, in: laboratory.io) {}
            #expect(try await Self.fates(receipts, in: laboratory) == ["pvc-1": .keyRemoved])
            let fates = KeyFates(try await KeyDestructionStore(besides: laboratory.io).filed(course: course))
            #expect(!fates.isTampered(course: course))
            let trusted = Set(try InstanceKeys(parsing: "a-key-of-somebody-else").receiptPublicKeys().values)
            let found = try #require(receipts["pvc-1"])
            #expect(fates.fate(of: found.receipt, signedBy: found.signer, trusting: trusted) == .kekDestroyed)

            let main = try await laboratory.io.cluster.ioContext(poolID: laboratory.io.poolID)
            let (key, value) = try #require(
                try await main.omapPage(of: KeyDestructionStore.object, prefix: "\(course)/", limit: 1).entries.first
            )
            for index in [value.count / 3, value.count - 1] {
                var changed = value
                changed[index] ^= 1
                #expect(FiledKeyDestruction(key: key, bytes: changed).statement == nil)
            }
            #expect(FiledKeyDestruction(key: "\(course)/1", bytes: value).statement == nil)
            #expect(FiledKeyDestruction(key: "another\(key)", bytes: value).statement == nil)
            // A receipt's signature is none of a statement's, nor the other way round.
            let receipt = try #require(try await laboratory.receipts().first?.stored)
            #expect(FiledKeyDestruction(key: key, bytes: try receipt.encoded()).statement == nil)
            let posing = FiledReceipt(imageID: volume.handle.imageID, bytes: value)
            #expect(try await !laboratory.verdict(posing, keys: "a-key-of-somebody-else").faults.isEmpty)
        }
    }

    @Test("A key in a service is needed by what any of its versions has wrapped, and by nothing of another key")
    func versions() {
        let keys = DestructibleKeys.test(["vault:locker-a:v2#1795420800"], of: "a")
        func isNeeded(_ id: String, _ fingerprint: String, _ course: String = "a") -> Bool {
            keys.areNeeded(for: WrappedKey(wrappingKeyID: id, wrappingKeyFingerprint: fingerprint, course: course))
        }
        #expect(isNeeded("vault:locker-a:v2", "1795420800", "b"))
        #expect(isNeeded("vault:locker-a:v1", "1795420000"))
        #expect(
            !isNeeded("vault:locker-ab:v2", "1795420800") && !isNeeded("kek.1", "") && !isNeeded("kek.2", "1795420800")
        )
    }

    private struct Filed {
        let receipt: ErasureReceipt
        let signer: ReceiptPublicKey?
    }

    /// The receipts by the names of their volumes.
    private static func receipts(in laboratory: Laboratory) async throws -> [String: Filed] {
        var found: [String: Filed] = [:]
        for filed in try await laboratory.receipts() {
            let receipt = try #require(filed.receipt)
            found[receipt.requestName] = Filed(receipt: receipt, signer: filed.signer)
        }
        return found
    }

    private static func fates(
        _ receipts: [String: Filed],
        in laboratory: Laboratory
    ) async throws -> [String: ErasureReceipt.KeyFate] {
        let fates = KeyFates(try await KeyDestructionStore(besides: laboratory.io).filed())
        return receipts.mapValues { fates.fate(of: $0.receipt, signedBy: $0.signer) }
    }

    /// Changes the bytes of a stored key.
    private static func edit(
        _ dataKeyID: String,
        in laboratory: Laboratory,
        _ change: ([UInt8]) throws -> [UInt8]
    ) async throws {
        let io = try await laboratory.io.cluster.ioContext(
            poolID: laboratory.io.poolID,
            namespace: WrappedKeyStore.namespace
        )
        let object = "\(WrappedKeyStore.objectPrefix)\(dataKeyID)"
        let values = try await io.omapValuesIfPresent(of: object, keys: ["wrapped"])
        let bytes = try change(try #require(values["wrapped"]))
        try await io.write(object) { $0.setOmap(["wrapped": bytes]) }
    }
}

extension Laboratory {
    /// The stored key of a volume.
    fileprivate func wrappedKey(of volume: VolumeDescription) async throws -> WrappedKey? {
        try await WrappedKeyStore(besides: self.io).read(volume.record.dataKeyID)?.value
    }
}
