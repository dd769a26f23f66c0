// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import Testing

@testable internal import Locker

/// The key-encryption keys of a course that has archives: they stay, and no receipt says more of them than is known.
@Suite(.timeLimit(.minutes(5)))
struct ArchiveKeyTests {
    private struct Cut: Error {}

    @Test("A course's keys are not destroyed while there is an archive of it, whatever wraps that; then they are")
    func kept() async throws {
        try await Laboratory.with { laboratory in
            let controller = try laboratory.controller()
            let (one, both) = try KeyEncryptionKeys.ofOneTest()
            let volume = try await controller.create(laboratory.encryptedRequest("secret", keys: one))
            // As a deletion that was given up by hand would leave it.
            try await laboratory.edit(volume.handle) { $0.wrappingKeys = ["kek.9#0011223344556677"] }
            let course = volume.record.course
            let ended = try await laboratory.term(of: controller)
                .end(laboratory.io, archive: laboratory.order(keeper: one), patience: .seconds(60))
            #expect(ended.map(\.outcome) == [.archived], "\(ended)")
            let archive = try #require(try await laboratory.listed(by: controller).first)
            let (entry, wrapped) = try await Self.stored(archive, in: laboratory)
            #expect(entry.record.wrappingKeys.isEmpty)
            // Which key it is, is known: it counts wherever that is asked for.
            #expect(wrapped.wrappingKeyID == "kek.1" && [wrapped.wrappingKey] == one.names && wrapped.history.isEmpty)

            let destruction = try CourseKeyDestruction.test(of: course)
            let keys = DestructibleKeys.test(one.names, of: course)
            let needs = try await destruction.needs(of: keys, on: laboratory.io.cluster)
            #expect(needs.users.contains { $0.contains(wrapped.dataKeyID) })
            #expect(needs.users.contains { $0.hasPrefix("archive \(archive.image) of volume \"secret\" in pool rbd") })
            await expectRefusal(.failedPrecondition, saying: "archive \(archive.image)", "\"secret\"", "archive erase")
            {
                try await destruction.run(keys, isAttested: true, in: laboratory.io) { throw Cut() }
            }
            // Nor those that wrap nothing any more, nor where nobody attests anything.
            #expect(try await KeyRotation().rewrap(entry, in: laboratory.archives(), by: both) == .rewrapped)
            await expectRefusal(.failedPrecondition, saying: "archive \(archive.image)") {
                try await destruction.run(keys, isAttested: false, in: laboratory.io) { throw Cut() }
            }
            let store = try await KeyDestructionStore(besides: laboratory.io)
            #expect(try await store.begun(course: course) == nil)
            #expect(try await store.filed(course: course).isEmpty)
            // Another course's are its own matter.
            let other = "other-\(laboratory.io.namespace)"
            let others = DestructibleKeys.test(["kek.1#8899aabbccddeeff"], of: other)
            #expect(
                try await CourseKeyDestruction.test(of: other).run(others, isAttested: true, in: laboratory.io) {}
                    == .filed
            )

            try await laboratory.eraseArchives(by: controller)
            let all = DestructibleKeys.test(both.names, of: course)
            #expect(try await destruction.run(all, isAttested: true, in: laboratory.io) {} == .filed)
            // Volume and archive had one data key, which each other's remains open by.
            let fates = KeyFates(try await store.filed(course: course))
            let places = [laboratory.io, try await laboratory.archives()]
            for place in places {
                let filed = try #require(try await ErasureArchive.open(place)?.receipts().first)
                let receipt = try #require(filed.receipt)
                #expect(receipt.wrappingKeys.isEmpty && fates.fate(of: receipt, signedBy: filed.signer) == .keyRemoved)
            }
        }
    }

    @Test("A half made, a plain and an expired archive keep them as well; a damaged record hides none")
    func others() async throws {
        try await Laboratory.with { laboratory in
            let maker = try laboratory.controller("locker-7")
            let volume = try await maker.create(laboratory.request("plain"))
            let destruction = try CourseKeyDestruction.test(of: volume.record.course)
            func expectKept(_ words: String, sourceLocation: SourceLocation = #_sourceLocation) async {
                await expectRefusal(.failedPrecondition, saying: words, sourceLocation: sourceLocation) {
                    try await destruction.checkNoArchives(on: laboratory.io.cluster)
                }
            }
            try await destruction.checkNoArchives(on: laboratory.io.cluster)
            let first = try laboratory.controller("admin", hook: Interruption.hook(at: "transfer.counted"))
            await #expect(throws: Interruption(step: "transfer.counted")) {
                try await laboratory.term(of: first).end(laboratory.io, archive: laboratory.order(), patience: .zero)
            }
            await expectKept("archive that is being made of volume \"plain\"")
            let second = try laboratory.controller("admin")
            let ended = try await laboratory.term(of: second)
                .end(laboratory.io, archive: laboratory.order(keptFor: 1), patience: .seconds(60))
            #expect(ended.map(\.outcome) == [.archived], "\(ended)")
            let archive = try #require(try await laboratory.listed(by: second).first)
            #expect(archive.state == .expired)
            await expectKept("archive \(archive.image) of volume \"plain\"")

            let io = try await laboratory.archives()
            let damaged = "v/\(String(repeating: "00", count: 16))"
            let shard = RecordStore.shardName(0)
            try await io.write(shard) { $0.setOmap([damaged: [0xFF, 0xFF]]) }
            await expectKept("archive \(archive.image)")
            let unseen = try await destruction.archives(on: io.cluster).unseen
            #expect(unseen.contains("record \(damaged) in pool rbd, namespace \(io.namespace)"), "\(unseen)")
            try await io.write(shard) { $0.removeOmap([damaged]) }
            try await laboratory.eraseArchives(by: second)
            try await destruction.checkNoArchives(on: io.cluster)
        }
    }

    @Test("A copy that was cut short after its key was wrapped leaves the volume's history unknown")
    func cutShort() async throws {
        try await Laboratory.with { laboratory in
            let maker = try laboratory.controller("locker-7")
            let keys = try KeyEncryptionKeys.ofOneTest().one
            let volume = try await maker.create(laboratory.encryptedRequest("secret", keys: keys))
            let store = try await WrappedKeyStore(besides: laboratory.io)
            #expect(try await store.read(volume.record.dataKeyID)?.value.history == keys.names)
            for _ in 0..<2 {
                let admin = try laboratory.controller("admin", hook: Interruption.hook(at: "transfer.keyed"))
                await #expect(throws: Interruption(step: "transfer.keyed")) {
                    try await laboratory.term(of: admin)
                        .end(laboratory.io, archive: laboratory.order(keeper: keys), patience: .zero)
                }
                let wrapped = try #require(try await store.read(volume.record.dataKeyID)?.value)
                #expect(wrapped.history.isEmpty && wrapped.formerWrappingKeys == [WrappedKey.unknown])
                // It opens as before.
                #expect([wrapped.wrappingKey] == keys.names)
                _ = try await laboratory.dataKey(of: volume, by: keys)
            }
            // Without an archive in the end.
            let admin = try laboratory.controller("admin")
            let ended = try await laboratory.term(of: admin).end(laboratory.io, patience: .seconds(60))
            #expect(ended.map(\.outcome) == [.erased], "\(ended)")
            try await laboratory.eraseArchives(by: admin)
            #expect(try await laboratory.receipts().first?.receipt?.wrappingKeys == [])
        }
    }

    /// An archive's record and stored key.
    private static func stored(
        _ archive: ArchivedVolume,
        in laboratory: Laboratory
    ) async throws -> (KeyRotation.Entry, WrappedKey) {
        let entries = try await KeyRotation().entries(in: laboratory.archives(), course: archive.course)
        let entry = try #require(entries.first { $0.record.imageID == archive.image })
        return (entry, try #require(entry.wrapped))
    }
}
