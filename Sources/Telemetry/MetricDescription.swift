// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What is told about a metric beside its values: its HELP line and, for a histogram, its buckets.
package struct MetricDescription: Sendable, Hashable {
    /// The metric's name as it is exposed.
    package let name: String
    /// One sentence for the HELP line; line feeds and backslashes are escaped when written.
    package let help: String
    /// Upper bounds, ascending, without +Inf; nil takes the factory's default. Seconds for timers.
    package let buckets: [Double]?

    /// Describes the metric `name`.
    package init(_ name: String, help: String, buckets: [Double]? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
    }

    /// The buckets in seconds that csi-lib-utils gives `csi_plugin_operations_seconds`, so that dashboards made for
    /// other drivers fit this one.
    package static let operationBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600]

    /// The buckets in seconds of everything else: a call to Ceph takes from half a millisecond to its timeout.
    package static let callBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
}
