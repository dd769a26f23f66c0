// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// One mkfs in a volume's life.
@Suite(.timeLimit(.minutes(2)))
struct FormattingTests {
    @Test("One mkfs: begun, gone on with by the holder under the same UUID, finished, and never again")
    func formatting() async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let one = Attachments.test("node-1")
            _ = try await one.claim(handle, in: io, readOnly: false)
            let begun = try #require(
                try await one.beginFormatting(handle, in: io, type: "xfs", uuid: "uuid-1", clientAddress: "a:0/1")
            )
            #expect(begun.state == .formatting && begun.type == "xfs" && begun.uuid == "uuid-1")
            #expect(begun.nodeID == "node-1" && begun.clientAddress == "a:0/1" && begun.attempt.contains("boot-1"))
            // mkfs has begun to write: data is no reason to refuse any more.
            try await io.withImage(.id(handle.imageID), readOnly: false) { try $0.write(offset: 0, [1]) }
            let again = try await one.beginFormatting(
                handle,
                in: io,
                type: "xfs",
                uuid: "uuid-2",
                clientAddress: "a:0/1"
            )
            #expect(again == begun)
            try await one.release(handle, in: io)

            let two = Attachments.test("node-2")
            _ = try await two.claim(handle, in: io, readOnly: false)
            let taken = try await two.beginFormatting(
                handle,
                in: io,
                type: "xfs",
                uuid: "uuid-3",
                clientAddress: "b:0/2"
            )
            #expect(taken?.uuid == "uuid-1" && taken?.nodeID == "node-2" && taken?.clientAddress == "b:0/2")
            try await two.finishFormatting(handle, in: io)
            let done = try await two.record(of: handle, in: io)
            #expect(done.filesystem?.state == .formatted && done.filesystem?.uuid == "uuid-1")
            try await two.finishFormatting(handle, in: io)
            #expect(try await two.record(of: handle, in: io) == done)
            let after = try await two.beginFormatting(handle, in: io, type: "xfs", uuid: "u", clientAddress: "b:0/2")
            #expect(after == nil)
            await expectRefusal(.failedPrecondition, saying: "holds xfs, not ext4", "pvc-1") {
                try await two.beginFormatting(handle, in: io, type: "ext4", uuid: "u", clientAddress: "b:0/2")
            }
            #expect(try await two.record(of: handle, in: io) == done)
        }
    }

    @Test(
        "Data in an image whose record knows of no filesystem is never formatted over",
        arguments: [0, (8 << 20) - 1]
    )
    func data(_ offset: UInt64) async throws {
        try await Laboratory.withVolume { laboratory, handle in
            let io = laboratory.io
            let node = Attachments.test("node-1")
            _ = try await node.claim(handle, in: io, readOnly: false)
            try await io.withImage(.id(handle.imageID), readOnly: false) { try $0.write(offset: offset, [1]) }
            await expectRefusal(.failedPrecondition, saying: "never formats") {
                try await node.beginFormatting(handle, in: io, type: "xfs", uuid: "u", clientAddress: "a")
            }
            #expect(try await node.record(of: handle, in: io).filesystem?.state == Filesystem.State.none)
        }
    }
}
