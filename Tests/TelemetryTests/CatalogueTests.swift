// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import CoreMetrics
import Foundation
import Metrics
import Telemetry
import Testing

/// The driver's own metrics, their HELP lines and their page.
@Suite struct CatalogueTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/metrics.md")

    @Test func `the page has every metric, and no metric that is not there`() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let named = Set(page.matches(of: /`((?:locker|csi)_[a-z_]+)`/).map { String($0.output.1) })
        #expect(named == Set(MetricDescription.catalogue.map(\.name)))
    }

    @Test(arguments: MetricDescription.catalogue.filter { $0.name != "locker_metrics_rejected_total" })
    func `each has its HELP line`(metric: MetricDescription) async {
        let factory = PrometheusFactory()
        Timer(label: metric.name, factory: factory).recordSeconds(1)
        #expect(await factory.exposition().hasPrefix("# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) "))
    }
}
