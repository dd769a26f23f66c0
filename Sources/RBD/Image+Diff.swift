// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import Synchronization
internal import SystemPackage

extension Image {
    /// Looks at a snapshot of any kind instead of what the image holds now: reads, sizes and diffs are the snapshot's.
    ///
    /// - Throws: ``CephError`` with `ENOENT` if there is no such snapshot.
    package func look(atSnapshot id: UInt64) throws {
        try check(rbd_snap_set_by_id(self.raw, id), "rbd_snap_set_by_id", "\(self.path)@\(id)")
    }

    /// Reports what differs from a snapshot, or all that is allocated.
    ///
    /// - Parameters:
    ///   - base: what to compare with.
    ///   - range: which bytes; `nil` for all.
    ///   - includeParent: whether what a clone shares with its parent counts.
    ///   - wholeObject: whether to report objects rather than bytes, which the object map answers without asking the
    ///     OSDs where the image has ``ImageFeatures/fastDiff``.
    ///   - body: called for each run of bytes, one after another but perhaps on another thread; `false` ends it.
    /// - Throws: ``CephError`` with `ENOENT` if the base does not exist, `EINVAL` if it is newer than what is looked at,
    ///   `EOPNOTSUPP` for a base by id where librbd cannot.
    package func diff(
        since base: DiffBase = .nothing,
        in range: Range<UInt64>? = nil,
        includeParent: Bool = false,
        wholeObject: Bool = false,
        _ body: @escaping @Sendable (DiffExtent) -> Bool
    ) throws {
        let size = try self.size
        let range = (range ?? 0..<size).clamped(to: 0..<size)
        let box = DiffBox(body)
        let result = try withExtendedLifetime(box) {
            let context = Unmanaged.passUnretained(box).toOpaque()
            let (start, count) = (range.lowerBound, UInt64(range.count))
            switch base {
            case .nothing, .snapshot:
                let name: String? = if case .snapshot(let name) = base { name } else { nil }
                let parent: UInt8 = includeParent ? 1 : 0
                return rbd_diff_iterate2(
                    self.raw,
                    name,
                    start,
                    count,
                    parent,
                    wholeObject ? 1 : 0,
                    differed,
                    context
                )
            case .snapshotID(let id):
                guard let iterate = locker_rbd_diff_iterate3() else {
                    let object = "\(self.path) since \(id): librbd \(LibraryFeatures.version) knows bases by name only"
                    throw CephError(call: "rbd_diff_iterate3", code: .notSupportedOnSocket, object: object)
                }
                let flags =
                    (includeParent ? LOCKER_DIFF_INCLUDE_PARENT : 0) | (wholeObject ? LOCKER_DIFF_WHOLE_OBJECT : 0)
                return iterate(self.raw, id, start, count, flags, differed, context)
            }
        }
        // How `differed` ends it; librbd itself never answers so here.
        if result == stopped { return }
        try check(result, "rbd_diff_iterate", self.path)
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
