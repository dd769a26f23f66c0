// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Makes whole blocks of what librbd reports, and joins what touches.
///
/// librbd tells bytes; whoever copies a volume reads its device, and that in blocks. Runs come in ascending order and
/// leave in ascending order, without overlap, the last one only when it is known that nothing goes on from it.
struct BlockRunJoiner: Sendable {
    /// Bytes of a block: what devices and filesystems read at least.
    static let block: Int64 = 4096

    private let size: Int64
    private var pending: Range<Int64>?

    /// Joins the runs of a volume of `size` bytes, whose last block may be shorter.
    init(size: Int64) {
        self.size = size
    }

    /// Takes the next run, and gives the one that is complete now.
    mutating func add(_ run: Range<Int64>) -> BlockRun? {
        let lower = run.lowerBound / Self.block * Self.block
        let upper = min((run.upperBound + Self.block - 1) / Self.block * Self.block, self.size)
        guard lower < upper else { return nil }
        guard let pending else {
            self.pending = lower..<upper
            return nil
        }
        if lower <= pending.upperBound {
            self.pending = pending.lowerBound..<max(pending.upperBound, upper)
            return nil
        }
        self.pending = lower..<upper
        return BlockRun(pending)
    }

    /// The last run.
    mutating func finish() -> BlockRun? {
        defer { self.pending = nil }
        return self.pending.map(BlockRun.init)
    }
}

extension BlockRun {
    fileprivate init(_ range: Range<Int64>) {
        self.init(offset: range.lowerBound, length: range.upperBound - range.lowerBound)
    }
}
