// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What one series of a histogram has seen.
struct HistogramValue: Sendable, Hashable {
    /// Observations by bucket, not cumulative; the last one is what lies above every bound.
    private(set) var counts: [UInt64]
    /// The sum of all observations.
    private(set) var sum: Double = 0

    /// A series without observations over `bounds` upper bounds.
    init(bounds: Int) {
        self.counts = Array(repeating: 0, count: bounds + 1)
    }

    /// Counts `value` in the first bucket whose bound is not below it. NaN is not a measurement and is left out.
    mutating func observe(_ value: Double, bounds: [Double]) {
        guard !value.isNaN else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        self.counts[index] += 1
        self.sum += value
    }
}
