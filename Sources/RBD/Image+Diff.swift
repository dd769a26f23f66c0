// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import Synchronization
internal import SystemPackage

extension Image {
    /// Reports what differs from a snapshot, or all that is allocated.
    ///
    /// - Parameters:
    ///   - snapshot: the snapshot to compare with; `nil` for nothing at all.
    ///   - range: which bytes; `nil` for all.
    ///   - includeParent: whether what a clone shares with its parent counts.
    ///   - wholeObject: whether to report objects rather than bytes, which the object map answers without asking the
    ///     OSDs where the image has ``ImageFeatures/fastDiff``.
    ///   - body: called for each run of bytes, one after another but perhaps on another thread; `false` ends it.
    package func diff(
        since snapshot: String? = nil,
        in range: Range<UInt64>? = nil,
        includeParent: Bool = false,
        wholeObject: Bool = false,
        _ body: @escaping @Sendable (DiffExtent) -> Bool
    ) throws {
        let size = try self.size
        let range = (range ?? 0..<size).clamped(to: 0..<size)
        let box = DiffBox(body)
        let result = withExtendedLifetime(box) {
            rbd_diff_iterate2(
                self.raw,
                snapshot,
                range.lowerBound,
                UInt64(range.count),
                includeParent ? 1 : 0,
                wholeObject ? 1 : 0,
                differed,
                Unmanaged.passUnretained(box).toOpaque()
            )
        }
        // How `differed` ends it; librbd itself never answers so here.
        if result == stopped { return }
        try check(result, "rbd_diff_iterate2", self.path)
    }

    /// Bytes allocated, in whole objects; what a clone shares with its parent does not count.
    package func usedBytes() throws -> UInt64 {
        let sum = Sum()
        try self.diff(wholeObject: true) { extent in
            if extent.exists { sum.value.add(extent.length, ordering: .relaxed) }
            return true
        }
        return sum.value.load(ordering: .relaxed)
    }

    /// Whether any byte at or past `offset` is allocated.
    package func hasData(from offset: UInt64) throws -> Bool {
        let size = try self.size
        guard offset < size else { return false }
        let found = Sum()
        try self.diff(in: offset..<size, includeParent: true, wholeObject: true) { extent in
            guard extent.exists else { return true }
            found.value.store(1, ordering: .relaxed)
            return false
        }
        return found.value.load(ordering: .relaxed) != 0
    }
}

private let stopped = -Errno.canceled.rawValue

/// A number that callbacks on librbd's threads add to.
private final class Sum: Sendable {
    let value = Atomic<UInt64>(0)
}

private final class DiffBox: Sendable {
    let body: @Sendable (DiffExtent) -> Bool

    init(_ body: @escaping @Sendable (DiffExtent) -> Bool) {
        self.body = body
    }
}

private func differed(_ offset: UInt64, _ length: Int, _ exists: CInt, _ context: UnsafeMutableRawPointer?) -> CInt {
    guard let context else { return 0 }
    let extent = DiffExtent(offset: offset, length: UInt64(length), exists: exists != 0)
    return Unmanaged<DiffBox>.fromOpaque(context).takeUnretainedValue().body(extent) ? 0 : stopped
}
