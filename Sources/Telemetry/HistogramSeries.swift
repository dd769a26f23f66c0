// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CoreMetrics

/// One series of a histogram: a timer, in seconds whatever unit it is recorded in, or a recorder that aggregates.
final class HistogramSeries: TimerHandler, RecorderHandler {
    private let family: MetricFamily<HistogramValue>
    private let bounds: [Double]
    private let number: Int

    /// The series of `labels` in `family`, whose buckets end at `bounds`.
    init(_ family: MetricFamily<HistogramValue>, bounds: [Double], _ labels: MetricLabels) {
        self.family = family
        self.bounds = bounds
        self.number = family.number(of: labels)
    }

    func recordNanoseconds(_ duration: Int64) {
        self.record(Double(duration) / 1_000_000_000)
    }

    func record(_ value: Int64) {
        self.record(Double(value))
    }

    func record(_ value: Double) {
        self.family.update(self.number) { $0.observe(value, bounds: self.bounds) }
    }

    /// Takes the series out of the exposition.
    func destroy() {
        self.family.remove(self.number)
    }
}
