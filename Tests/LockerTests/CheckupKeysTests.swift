// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

@testable internal import Locker

/// What a checkup says of keys, of what is being erased, of receipts and of templates.
@Suite(.timeLimit(.minutes(3)))
struct CheckupKeysTests {
    private let checkup = Checkup(patience: .milliseconds(50))

    @Test("Keys without a volume, volumes without a key and records of another wrapping key are found")
    func keys() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let controller = try laboratory.controller(width: 0)
            for name in ["whole", "keyless", "noted"] {
                _ = try await controller.create(laboratory.encryptedRequest(name))
            }
            #expect(try await self.checkup.findings(in: io).isEmpty)
            let opened = try await RecordStore.open(io, layouts: LayoutCache(), creating: false)
            let store = try #require(opened)
            let keys = try await WrappedKeyStore(besides: io)
            let keyless = try #require(try await store.volume(self.key("keyless"))?.value)
            var stray = try #require(try await keys.read(keyless.dataKeyID)?.value)
            try await keys.destroy(keyless.dataKeyID)
            stray.dataKeyID = "stray-\(io.namespace)"
            try await keys.write(stray)
            let found = try #require(try await store.volume(self.key("noted")))
            var noted = found.value
            noted.wrappingKeyID = "kek.9"
            _ = try #require(try await store.put(noted, at: self.key("noted"), replacing: found))

            let findings = try await self.checkup.findings(in: io)
            var subjects: [Finding.Kind: String] = [:]
            for finding in findings { subjects[finding.kind] = finding.subject }
            #expect(
                subjects == [.keyMissing: "keyless", .keyUnknown: stray.dataKeyID, .keyOutdated: "noted"],
                "\(findings)"
            )
            #expect(findings.filter(\.isRepairable).map(\.kind) == [.keyOutdated])
            for finding in findings where finding.isRepairable { try await self.checkup.repair(finding, in: io) }
            #expect(try await store.volume(self.key("noted"))?.value.wrappingKeyID == "kek.1")
            // What could lose something is as it was.
            #expect(Set(try await self.checkup.findings(in: io).map(\.kind)) == [.keyMissing, .keyUnknown])
            #expect(try await keys.read(stray.dataKeyID) != nil)
            try await keys.destroy(stray.dataKeyID)
        }
    }

    @Test("An image that is out of the trash again, or out of sight, while its volume is erased is found")
    func erasures() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            let controller = try laboratory.controller(width: 0)
            var images: [String: String] = [:]
            for name in ["restored", "vanished", "waiting"] {
                let handle = try await controller.create(laboratory.request(name)).handle
                images[name] = handle.imageID
                try await controller.delete(handle)
            }
            #expect(try await self.checkup.findings(in: io).isEmpty)
            try await io.restoreFromTrash(id: try #require(images["restored"]), name: "mine")
            try await io.removeFromTrash(id: try #require(images["vanished"]), force: true)
            let findings = try await self.checkup.findings(in: io)
            #expect(findings.map(\.kind) == [.erasureRestored, .erasureUntrashed], "\(findings)")
            #expect(findings.map(\.subject) == ["restored", "vanished"])
            #expect(findings.first?.explanation.contains("as mine") == true)
            try await io.moveImageToTrash("mine")
            #expect(try await self.checkup.findings(in: io).map(\.kind) == [.erasureUntrashed])
        }
    }

    @Test("A receipt of an image that is there is found")
    func receipts() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let opened = try await RecordStore.open(io, layouts: LayoutCache(), creating: false)
            let store = try #require(opened)
            let forged = try StoredReceipt(format: 1).encoded()
            let name = RecordStore.receiptKey(handle.imageID)
            try await io.write(store.shard(of: handle.recordKey)) { $0.setOmap([name: forged]) }
            let findings = try await self.checkup.findings(in: io)
            #expect(findings.map(\.kind) == [.receiptContradicted], "\(findings)")
            #expect(findings.map(\.subject) == [handle.imageID])
            try await io.write(store.shard(of: handle.recordKey)) { $0.removeOmap([name]) }
        }
    }

    @Test("A class' template that is not there is found, and one that is, is not")
    func templates() async throws {
        try await Laboratory.with { laboratory in
            let io = laboratory.io
            try await io.createImage("course", size: 1 << 20)
            try await io.withImage(.name("course"), readOnly: false) { try $0.createSnapshot("v1") }
            #expect(try await self.checkup.findings(ofTemplate: "course@v1", in: io).isEmpty)
            #expect(try await self.checkup.findings(ofTemplate: "\(io.namespace)/course@v1", in: io).isEmpty)
            for text in ["course@v2", "curse@v1", "/course@v1"] {
                let findings = try await self.checkup.findings(ofTemplate: text, in: io)
                #expect(findings.map(\.kind) == [.templateMissing] && findings.map(\.subject) == [text], "\(findings)")
            }
            await expectRefusal(.invalidArgument) {
                _ = try await self.checkup.findings(ofTemplate: "course", in: io)
            }
            try await io.withImage(.name("course"), readOnly: false) { try $0.removeSnapshot("v1") }
            try await io.removeImage("course")
        }
    }

    private func key(_ name: String) -> RecordKey { RecordKey(instance: "test", name: name) }
}
