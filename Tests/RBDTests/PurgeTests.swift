// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

@testable internal import RBD

/// Removing images of the trash, watched or not.
@Suite(.timeLimit(.minutes(2)))
struct PurgeTests {
    @Test("An image that nobody has open goes; one that a client has open is EBUSY until that lets it go")
    func watched() async throws {
        try await LiveImageFixture.withLive { live, context in
            let id = try await context.imageID(named: "live")
            try await live.write(offset: 0, [1, 2, 3])
            let told = try await context.notify("rbd_header.\(id)", timeout: .seconds(5))
            #expect(told == (answered: 1, silent: 0))
            try await context.moveToTrashAnyhow("live", id: id)
            try await expectErrno(.resourceBusy) { try await context.purge(id: id) }
            #expect(try await context.trashEntry(id: id) != nil)
            try await live.close()
            #expect(try await context.notify("rbd_header.\(id)", timeout: .seconds(5)) == (answered: 0, silent: 0))
            try await context.purge(id: id)
            #expect(try await context.trash().isEmpty)
            #expect(try await context.objects().filter { $0.contains(id) }.isEmpty)
            try await expectErrno(.noSuchFileOrDirectory) { try await context.purge(id: id) }
            try await expectErrno(.noSuchFileOrDirectory) {
                _ = try await context.notify("rbd_header.\(id)", timeout: .seconds(1))
            }
        }
    }

    @Test("Without its header, whoever watched that, an image's data are gone and librbd removes the rest")
    func header() async throws {
        try await LiveImageFixture.withLive { live, context in
            let id = try await context.imageID(named: "live")
            try await live.write(offset: 4 << 20, [1, 2, 3])
            try await live.flush()
            try await context.moveToTrashAnyhow("live", id: id)
            try await context.removeWatchedHeader(id: id)
            #expect(try await context.objects(prefix: "rbd_data.").isEmpty)
            try await context.removeFromTrash(id: id, force: true)
            #expect(try await context.trash().isEmpty)
            #expect(try await context.objects().filter { $0.contains(id) }.isEmpty)
        }
    }
}

extension IOContext {
    /// Moves an image to the trash that is in use: its owner gives the lock up for that.
    fileprivate func moveToTrashAnyhow(_ name: String, id: String) async throws {
        try await self.moveImageToTrash(name)
        #expect(try await self.trashEntry(id: id) != nil)
    }
}
