// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CoreMetrics

/// One series of a gauge: `swift-metrics` calls it a meter, or a recorder that does not aggregate.
final class GaugeSeries: MeterHandler, RecorderHandler {
    private let family: MetricFamily<Double>
    private let number: Int

    /// The series of `labels` in `family`.
    init(_ family: MetricFamily<Double>, _ labels: MetricLabels) {
        self.family = family
        self.number = family.number(of: labels)
    }

    func set(_ value: Int64) {
        self.set(Double(value))
    }

    func set(_ value: Double) {
        self.family.update(self.number) { $0 = value }
    }

    func increment(by amount: Double) {
        self.family.update(self.number) { $0 += amount }
    }

    func decrement(by amount: Double) {
        self.family.update(self.number) { $0 -= amount }
    }

    func record(_ value: Int64) {
        self.set(Double(value))
    }

    func record(_ value: Double) {
        self.set(value)
    }

    /// Takes the series out of the exposition.
    func destroy() {
        self.family.remove(self.number)
    }
}
