// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import CoreMetrics
import Metrics
import Synchronization
import Telemetry
import Testing

/// Values computed at the scrape, and metrics that cannot be exposed.
@Suite struct CollectionTests {
    @Test func `collected samples stand between the counted ones and live for one scrape`() async {
        let factory = PrometheusFactory([MetricDescription("locker_b", help: "B.")])
        Counter(label: "locker_a", factory: factory).increment()
        Counter(label: "locker_c", factory: factory).increment()
        let volumes = Mutex(["v2", "v1"])
        factory.onCollect {
            volumes.withLock { $0 }.map { .counter("locker_b", [("volume", $0)], 12) } + [.gauge("locker_d", [], 0.5)]
        }
        #expect(
            await factory.exposition() == """
                # TYPE locker_a counter
                locker_a 1
                # HELP locker_b B.
                # TYPE locker_b counter
                locker_b{volume="v1"} 12
                locker_b{volume="v2"} 12
                # TYPE locker_c counter
                locker_c 1
                # TYPE locker_d gauge
                locker_d 0.5

                """
        )
        volumes.withLock { $0 = [] }
        #expect(await !factory.exposition().contains("locker_b"))
    }

    @Test(
        arguments: [
            ("1st", [], "metric-name"), ("a.b", [], "metric-name"), ("", [], "metric-name"),
            ("naïve", [], "metric-name"),
            ("x", [("a-b", "")], "label-name"), ("x", [("le", "")], "label-name"),
            ("x", [("__name__", "")], "label-name"),
            ("x", [("", "")], "label-name"), ("x", [("a", "1"), ("a", "2")], "repeated-label"), ("taken", [], "kind"),
            ("locker_metrics_rejected_total", [], "kind"),
        ] as [(String, [(String, String)], String)]
    )
    func `a metric that cannot be exposed is told, not kept`(
        name: String,
        labels: [(String, String)],
        reason: String
    ) async {
        let factory = PrometheusFactory()
        Meter(label: "taken", factory: factory).set(1)
        let before = await factory.exposition()
        Counter(label: name, dimensions: labels, factory: factory).increment()
        let told = "locker_metrics_rejected_total{metric=\"\(name)\",reason=\"\(reason)\"}"
        let after = await factory.exposition()
        #expect(after.contains("\(told) 1\n"))
        #expect(
            after.split(separator: "\n").filter { !$0.contains("locker_metrics_rejected_total") }
                == before.split(separator: "\n")
        )

        let collecting = PrometheusFactory()
        Meter(label: "taken", factory: collecting).set(1)
        collecting.onCollect { [.gauge(name, labels, 1)] }
        #expect(await collecting.exposition().contains("\(told) 1\n"))
    }

    @Test func `a series collected twice is told and written once`() async {
        let factory = PrometheusFactory()
        factory.onCollect { [.gauge("x", [("a", "1")], 1), .gauge("x", [("a", "1")], 2), .counter("x", [], 3)] }
        let text = await factory.exposition()
        #expect(text.hasSuffix("# TYPE x gauge\nx{a=\"1\"} 1\n"))
        #expect(text.contains("{metric=\"x\",reason=\"repeated-series\"} 1\n"))
        #expect(text.contains("{metric=\"x\",reason=\"kind\"} 1\n"))
    }
}
