// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Glibc
package import Rados

extension IOContext {
    /// Bytes that are read and written in one go: an object, as most images have them.
    private static let chunk: UInt64 = 4 << 20

    /// Copies runs of bytes of a snapshot of any kind, or of an image, into an image of this pool and namespace.
    ///
    /// librbd clones snapshots that were made by name; a part of a group's snapshot has none, so it is read and written.
    /// What reads as zeroes is left out.
    ///
    /// - Parameters:
    ///   - runs: which bytes; the image has at least as many.
    ///   - snapshot: the snapshot's id; `nil` for the image as it is, which nobody may write to meanwhile.
    ///   - imageID: the image that it is a snapshot of.
    ///   - source: where that image is.
    ///   - target: the name of the image to write to.
    ///   - encryption: opens the encryption of both images; zeroes are copied then, since what is not written to an
    ///     encrypted image need not read as zeroes.
    /// - Throws: ``CephError`` with `ENOENT` if one of them does not exist; what was copied stays copied.
    package func copy(
        _ runs: [Range<UInt64>],
        ofSnapshot snapshot: UInt64?,
        imageID: String,
        in source: IOContext,
        to target: String,
        encryption: CopyEncryption? = nil
    ) async throws {
        guard !runs.isEmpty else { return }
        try await self.blocking {
            let from = try Image(opening: .id(imageID), in: source, readOnly: true, snapshot: nil)
            try encryption?.source(from)
            if let snapshot { try from.look(atSnapshot: snapshot) }
            let into = try Image(opening: .name(target), in: self, readOnly: false, snapshot: nil)
            try encryption?.target(into)
            for run in runs {
                var position = run.lowerBound
                while position < run.upperBound {
                    let next = min((position / Self.chunk + 1) * Self.chunk, run.upperBound)
                    let bytes = try from.read(offset: position, count: Int(next - position))
                    if encryption != nil || bytes.holdsData { try into.write(offset: position, bytes) }
                    position = next
                }
            }
            try into.flush()
            try into.close()
            try from.close()
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
