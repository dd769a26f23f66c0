// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import RBD
internal import Rados
internal import Synchronization

/// What an image holds, as a number that two images have in common only if they hold the same.
///
/// SHA-256 of each 4 MiB that are not all zeroes, their offset before them; docs/records.md has it. What was never
/// written is not read for it.
final class ContentDigest: Sendable {
    /// The number, and of how many bytes it is.
    struct Value: Sendable, Hashable {
        let digest: [UInt8]
        let bytes: Int64
    }

    private struct State {
        var hash = SHA256()
        /// Where the first part begins that was not looked at.
        var next: UInt64 = 0
        var bytes: Int64 = 0
    }

    private static let part: UInt64 = 4 << 20

    private let state = Mutex(State())

    private init() {}

    /// Reads an image that nobody writes to.
    ///
    /// - Throws: `CephError` with `ENOENT` if there is no such image; `CancellationError`.
    static func of(imageID: String, in io: IOContext) async throws -> Value {
        let image = CopiedSnapshot(io: io, imageID: imageID, snapshotID: nil)
        let end = try await image.size()
        let sum = ContentDigest()
        var position: UInt64 = 0
        while position < end {
            try Task.checkCancellation()
            let found = try await image.written(from: position, to: end)
            try await io.withImage(.id(imageID), readOnly: true) { image in
                for run in found.runs { try sum.add(run, of: image, end: end) }
            }
            position = found.next
        }
        return sum.state.withLock { Value(digest: Array($0.hash.finalize()), bytes: $0.bytes) }
    }

    private func add(_ run: Range<UInt64>, of image: borrowing Image, end: UInt64) throws {
        var start = max(run.lowerBound / Self.part * Self.part, self.state.withLock { $0.next })
        while start < run.upperBound {
            let next = min(start + Self.part, end)
            let bytes = try image.read(offset: start, count: Int(next - start))
            self.state.withLock { state in
                state.next = start + Self.part
                guard bytes.holdsData else { return }
                state.hash.update(data: withUnsafeBytes(of: start.bigEndian) { Array($0) })
                state.hash.update(data: bytes)
                state.bytes += Int64(bytes.count)
            }
            start += Self.part
        }
    }
}
