// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Why a metric is not kept: a mistake in the code that makes it.
///
/// A metric is no reason to end a process that holds students' disks, so the sample is dropped and
/// `locker_metrics_rejected_total` says which metric and why; the raw value is its `reason` label.
enum MetricFault: String, Error, Sendable, Hashable {
    /// The metric's name is not one by Prometheus' rules.
    case metricName = "metric-name"
    /// A label's name is not one, or is reserved.
    case labelName = "label-name"
    /// A label is given twice.
    case repeatedLabel = "repeated-label"
    /// The name is in use for a metric of another kind.
    case kind
    /// The same series was collected twice in one scrape.
    case repeatedSeries = "repeated-series"
}
