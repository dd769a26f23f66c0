// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados

/// A snapshot of any kind whose bytes become another image, where librbd cannot clone it.
struct CopiedSnapshot: Sendable {
    /// The pool and namespace of the image that it is a snapshot of.
    let io: IOContext
    let imageID: String
    let snapshotID: UInt64

    /// How large the image was then, in bytes.
    ///
    /// - Throws: `CephError` with `ENOENT` if the snapshot does not exist (any more).
    func size() async throws -> UInt64 {
        try await self.io.withImage(.id(self.imageID), readOnly: true) { image in
            try image.look(atSnapshot: self.snapshotID)
            return try image.size
        }
    }

    /// What was ever written in a window, and where the next one begins.
    func written(from start: UInt64, to end: UInt64) async throws -> (runs: [Range<UInt64>], next: UInt64) {
        let window = BlockWindow(base: .nothing, start: start, end: end, stop: StopFlag())
        return try await self.io.withImage(.id(self.imageID), readOnly: true) { image in
            try image.look(atSnapshot: self.snapshotID)
            return try window.look(at: image)
        }
    }
}
