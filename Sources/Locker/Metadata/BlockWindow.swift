// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import Synchronization

/// One look at a part of an image: what differs there, in bounded time and memory.
///
/// Where the image has fast-diff, its object map says which objects are worth a question to the OSDs; the others are
/// passed over 16 GiB at a time. Then librbd compares the objects' own lists of clones, byte by byte.
struct BlockWindow: Sendable {
    /// How far the object map is looked at in one go: 4096 objects of 4 MiB.
    static let reach: UInt64 = 16 << 30

    /// How much is compared byte by byte in one go: between two pieces the caller may stop the work.
    static let piece: UInt64 = 256 << 20

    /// After how many runs a window ends early. One piece can have 32,768: every other block of it.
    static let enough = 8192

    /// What to compare with.
    let base: DiffBase

    /// Where the window begins, in bytes of the image.
    let start: UInt64

    /// Where the volume ends, in bytes of the image.
    let end: UInt64

    let stop: StopFlag

    /// Whether the image's parent has no header and this one has, so that their offsets differ by it: what the parent may
    /// have then counts as written.
    var isLayered = false

    /// The runs of the window, ascending, and where the next window begins.
    ///
    /// - Throws: `CancellationError` if it was stopped; `CephError`.
    func look(at image: borrowing Image) throws -> (runs: [Range<UInt64>], next: UInt64) {
        let isFast = try image.features.contains(.fastDiff)
        let reach = isFast ? Self.reach : Self.piece
        let limit = min((self.start / reach + 1) * reach, self.end)
        if self.isLayered, self.base == .nothing {
            let shared = try min(image.parentOverlap(), self.end)
            if self.start < shared { return ([self.start..<shared], shared) }
        }
        let parts = isFast ? try self.runs(of: image, in: self.start..<limit, wholeObject: true) : [self.start..<limit]
        var found: [Range<UInt64>] = []
        for part in Self.joined(parts) {
            var position = part.lowerBound
            while position < part.upperBound {
                let next = min(position + Self.piece, part.upperBound)
                found += try self.runs(of: image, in: position..<next, wholeObject: false)
                position = next
                if found.count >= Self.enough { return (found, position) }
            }
        }
        return (found, limit)
    }

    private func runs(
        of image: borrowing Image,
        in range: Range<UInt64>,
        wholeObject: Bool
    ) throws -> [Range<UInt64>] {
        if self.stop.isSet { throw CancellationError() }
        let collector = Collector()
        // Where data was given back a volume reads as zeroes: that differs from a snapshot, but from nothing it does not.
        let wantsHoles = self.base != .nothing
        try image.diff(since: self.base, in: range, includeParent: !self.isLayered, wholeObject: wholeObject) {
            extent in
            if extent.exists || wantsHoles { collector.append(extent.offset..<extent.offset + extent.length) }
            return !self.stop.isSet
        }
        if self.stop.isSet { throw CancellationError() }
        // An object of a striped image is in several places, and librbd reports object by object.
        return collector.runs.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
            .sorted { $0.lowerBound < $1.lowerBound }
    }

    /// The same bytes in as few ranges as can be.
    private static func joined(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
        var joined: [Range<UInt64>] = []
        for range in ranges {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}

/// What a diff reports on librbd's threads.
private final class Collector: Sendable {
    private let list = Mutex<[Range<UInt64>]>([])

    var runs: [Range<UInt64>] { self.list.withLock { $0 } }

    func append(_ run: Range<UInt64>) { self.list.withLock { $0.append(run) } }
}
