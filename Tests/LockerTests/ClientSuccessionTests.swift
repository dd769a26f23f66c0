// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// Which client may serve on what another has left.
@Suite(.timeLimit(.minutes(2)))
struct ClientSuccessionTests {
    private static let (dead, next) = ("127.0.0.1:0/7", "127.0.0.1:0/8")
    private let succession = ClientSuccession(layouts: LayoutCache())

    @Test("The client that a claim names has a successor, which a claim names then")
    func succeeds() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let node = Attachments.test("node-1")
            #expect(try await !self.succession.isServed(handle, by: [Self.dead], in: io))
            let claimed = try await node.claim(handle, in: io, readOnly: false)
            // Who has noted no client yet has nothing that another could have left.
            #expect(try await !self.succession.isServed(handle, by: [Self.dead], in: io))
            #expect(try await !self.succession.succeed([Self.dead], by: Self.next, on: handle, in: io))
            #expect(try await node.record(of: handle, in: io) == claimed)

            _ = try await node.note(clientAddress: Self.dead, mapper: "nbd", on: handle, in: io)
            #expect(try await self.succession.isServed(handle, by: ["other", Self.dead], in: io))
            #expect(try await !self.succession.isServed(handle, by: ["other"], in: io))
            #expect(try await self.succession.succeed(["other", Self.dead], by: Self.next, on: handle, in: io))
            let mine = try await node.record(of: handle, in: io).attachment(to: "node-1")
            #expect(mine?.clientAddress == Self.next && mine?.mapper == "nbd" && mine?.bootID == "boot-1")
            #expect(try await !self.succession.isServed(handle, by: [Self.dead], in: io))
            // Whoever was cut short there comes again.
            #expect(try await self.succession.succeed([Self.dead, Self.next], by: "third", on: handle, in: io))
        }
    }

    @Test("Given back, taken, on another node, or deleted: there is no successor, and nothing is changed")
    func taken() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let (one, two) = (Attachments.test("node-1"), Attachments.test("node-2"))
            func expectNone(sourceLocation: SourceLocation = #_sourceLocation) async throws {
                let isServed = try await self.succession.isServed(handle, by: [Self.dead], in: io)
                let succeeds = try await self.succession.succeed([Self.dead], by: Self.next, on: handle, in: io)
                #expect(!isServed && !succeeds, sourceLocation: sourceLocation)
            }
            _ = try await one.claim(handle, in: io, readOnly: false)
            _ = try await one.note(clientAddress: Self.dead, mapper: "nbd", on: handle, in: io)
            try await one.release(handle, in: io)
            try await expectNone()
            _ = try await two.claim(handle, in: io, readOnly: false)
            _ = try await two.note(clientAddress: "127.0.0.1:0/9", mapper: "nbd", on: handle, in: io)
            let theirs = try await two.record(of: handle, in: io)
            try await expectNone()
            #expect(try await two.record(of: handle, in: io) == theirs)
            try await two.release(handle, in: io)
            // Back on the first node, which has not mapped it anew.
            _ = try await one.claim(handle, in: io, readOnly: false)
            try await expectNone()
            try await one.release(handle, in: io)
            try await laboratory.controller().delete(handle)
            try await expectNone()
        }
    }
}
