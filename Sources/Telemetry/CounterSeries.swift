// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CoreMetrics

/// One series of a counter; `swift-metrics` increments it by whole numbers or fractions.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let family: MetricFamily<Double>
    private let number: Int

    /// The series of `labels` in `family`.
    init(_ family: MetricFamily<Double>, _ labels: MetricLabels) {
        self.family = family
        self.number = family.number(of: labels)
    }

    func increment(by amount: Int64) {
        self.increment(by: Double(amount))
    }

    /// Adds `amount`; a counter never falls, so what is negative or no number is left out.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        self.family.update(self.number) { $0 += amount }
    }

    func reset() {
        self.family.update(self.number) { $0 = 0 }
    }

    /// Takes the series out of the exposition.
    func destroy() {
        self.family.remove(self.number)
    }
}
