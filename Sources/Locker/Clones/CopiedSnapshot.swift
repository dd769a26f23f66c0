// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados

/// A snapshot of any kind whose bytes become another image, where librbd cannot clone it; or an image that nobody writes
/// to.
struct CopiedSnapshot: Sendable {
    /// The pool and namespace of the image that it is a snapshot of.
    let io: IOContext
    let imageID: String
    /// `nil` for the image as it is.
    let snapshotID: UInt64?

    /// How large the image was then, in bytes.
    ///
    /// - Throws: `CephError` with `ENOENT` if the snapshot does not exist (any more).
    func size() async throws -> UInt64 {
        try await self.io.withImage(.id(self.imageID), readOnly: true) { image in
            if let id = self.snapshotID { try image.look(atSnapshot: id) }
            return try image.size
        }
    }

    /// What was ever written in a window, and where the next one begins.
    func written(from start: UInt64, to end: UInt64) async throws -> (runs: [Range<UInt64>], next: UInt64) {
        let window = BlockWindow(base: .nothing, start: start, end: end, stop: StopFlag())
        return try await self.io.withImage(.id(self.imageID), readOnly: true) { image in
            if let id = self.snapshotID { try image.look(atSnapshot: id) }
            return try window.look(at: image)
        }
    }

    /// How many bytes were ever written, at most: what a copy of them takes.
    func writtenBytes() async throws -> UInt64 {
        let end = try await self.size()
        var (position, sum) = (UInt64(0), UInt64(0))
        while position < end {
            let found = try await self.written(from: position, to: end)
            sum += found.runs.reduce(0) { $0 + UInt64($1.count) }
            position = found.next
        }
        return sum
    }
}
