// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// One value computed when it is asked for: see ``PrometheusFactory/onCollect(_:)``.
///
/// A sample lives for one scrape, so that what it is about (a volume, a pool) may go without anybody destroying a
/// series.
package struct MetricSample: Sendable {
    /// What the value does over time.
    package enum Kind: String, Sendable {
        /// It only grows while its subject lives.
        case counter
        /// It goes up and down.
        case gauge
    }

    let name: String
    let kind: Kind
    let labels: [(String, String)]
    let value: Double

    /// A gauge's value now.
    package static func gauge(_ name: String, _ labels: [(String, String)] = [], _ value: Double) -> MetricSample {
        MetricSample(name: name, kind: .gauge, labels: labels, value: value)
    }

    /// A counter's value now, counted elsewhere: by the kernel or the data process.
    package static func counter(_ name: String, _ labels: [(String, String)] = [], _ value: Double) -> MetricSample {
        MetricSample(name: name, kind: .counter, labels: labels, value: value)
    }
}
