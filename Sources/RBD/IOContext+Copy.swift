// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Glibc
package import Rados

extension IOContext {
    /// Bytes that are read and written in one go: an object, as most images have them.
    private static let chunk: UInt64 = 4 << 20

    /// Chunks under way at once, of one copy and of all copies of the process: each is in memory twice at most.
    private static let width = 8
    private static let permits = Permits(16)

    /// Copies runs of bytes of a snapshot of any kind, or of an image, into an image of this pool and namespace, several
    /// chunks at a time.
    ///
    /// librbd clones snapshots that were made by name; a part of a group's snapshot has none, so it is read and written.
    /// What reads as zeroes is left out. No thread is held meanwhile.
    ///
    /// - Parameters:
    ///   - runs: which bytes; the image has at least as many.
    ///   - snapshot: the snapshot's id; `nil` for the image as it is, which nobody may write to meanwhile.
    ///   - imageID: the image that it is a snapshot of.
    ///   - source: where that image is.
    ///   - target: the name of the image to write to.
    ///   - encryption: opens the encryption of both images; zeroes are copied then, since what is not written to an
    ///     encrypted image need not read as zeroes.
    /// - Throws: ``CephError`` with `ENOENT` if one of them does not exist; `CancellationError`. What was copied stays
    ///   copied.
    package func copy(
        _ runs: [Range<UInt64>],
        ofSnapshot snapshot: UInt64?,
        imageID: String,
        in source: IOContext,
        to target: String,
        encryption: CopyEncryption? = nil
    ) async throws {
        guard !runs.isEmpty else { return }
        let from = try await LiveImage.open(.id(imageID), in: source, readOnly: true) { image in
            try encryption?.source(image)
            if let snapshot { try image.look(atSnapshot: snapshot) }
        }
        let into: LiveImage
        do {
            into = try await LiveImage.open(.name(target), in: self, readOnly: false) { try encryption?.target($0) }
        } catch {
            try await from.close()
            throw error
        }
        let copied = await Result {
            try await Self.copy(runs, from: from, into: into, copiesZeroes: encryption != nil)
            try await into.flush()
        }
        // Of two failures the first one is the reason.
        let closed = await Result { try await into.close() }
        let left = await Result { try await from.close() }
        for result in [copied, closed, left] { try result.get() }
    }

    private static func copy(
        _ runs: [Range<UInt64>],
        from: LiveImage,
        into: LiveImage,
        copiesZeroes: Bool
    ) async throws {
        var chunks = Chunks(runs: runs, size: Self.chunk)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var underWay = 0
            while let chunk = chunks.next() {
                if underWay == Self.width {
                    try await group.next()
                } else {
                    underWay += 1
                }
                try Task.checkCancellation()
                group.addTask {
                    try await Self.permits.with {
                        let bytes = try await from.read(offset: chunk.lowerBound, count: chunk.count)
                        guard copiesZeroes || bytes.holdsData else { return }
                        try await into.write(offset: chunk.lowerBound, bytes)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Runs of bytes, cut where objects begin.
    private struct Chunks: IteratorProtocol {
        let runs: [Range<UInt64>]
        let size: UInt64
        private var index = 0
        private var position: UInt64 = 0

        init(runs: [Range<UInt64>], size: UInt64) {
            (self.runs, self.size) = (runs, size)
        }

        mutating func next() -> Range<UInt64>? {
            while self.index < self.runs.count {
                let run = self.runs[self.index]
                let start = max(self.position, run.lowerBound)
                guard start < run.upperBound else {
                    (self.index, self.position) = (self.index + 1, 0)
                    continue
                }
                self.position = min((start / self.size + 1) * self.size, run.upperBound)
                return start..<self.position
            }
            return nil
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

extension [UInt8] {
    /// Whether any byte is not zero.
    package var holdsData: Bool {
        self.withUnsafeBytes { bytes in
            // Equal to itself a byte further on means that all bytes are the first one.
            guard let start = bytes.baseAddress, bytes.count > 1 else { return bytes.first.map { $0 != 0 } ?? false }
            return bytes[0] != 0 || memcmp(start, start + 1, bytes.count - 1) != 0
        }
    }
}
