// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import CoreMetrics
import Metrics
import Telemetry
import Testing

/// What Prometheus reads, byte by byte.
@Suite struct ExpositionTests {
    @Test func `nothing measured is an empty document`() async {
        #expect(await PrometheusFactory().exposition() == "")
    }

    @Test func `families and series come in one order, whatever order they were made in`() async {
        let factory = PrometheusFactory([
            MetricDescription("b_total", help: "Back\\slash, \"quotes\"\nand a second line.")
        ])
        Counter(label: "b_total", dimensions: [("z", "1"), ("a", "2")], factory: factory).increment(by: 3)
        Counter(label: "b_total", dimensions: [("a", "10"), ("z", "1")], factory: factory).increment()
        Meter(label: "a_bytes", factory: factory).set(1.5)
        Gauge(label: "c", dimensions: [("pool", "students")], factory: factory).record(-7)
        #expect(
            await factory.exposition() == """
                # TYPE a_bytes gauge
                a_bytes 1.5
                # HELP b_total Back\\\\slash, "quotes"\\nand a second line.
                # TYPE b_total counter
                b_total{a="10",z="1"} 1
                b_total{a="2",z="1"} 3
                # TYPE c gauge
                c{pool="students"} -7

                """
        )
    }

    @Test func `a label's value may be anything`() async {
        let factory = PrometheusFactory()
        Counter(label: "x", dimensions: [("pvc", "a\"b\\c\nd\r\n한 {}=,")], factory: factory).increment()
        #expect(await factory.exposition() == "# TYPE x counter\nx{pvc=\"a\\\"b\\\\c\\nd\r\\n한 {}=,\"} 1\n")
    }

    @Test func `the same labels in another order are one series`() async {
        let factory = PrometheusFactory()
        Counter(label: "x", dimensions: [("a", "1"), ("b", "2")], factory: factory).increment()
        Counter(label: "x", dimensions: [("b", "2"), ("a", "1")], factory: factory).increment()
        #expect(await factory.exposition() == "# TYPE x counter\nx{a=\"1\",b=\"2\"} 2\n")
    }

    @Test func `a timer is a histogram in seconds with cumulative buckets`() async {
        let factory = PrometheusFactory([MetricDescription("t_seconds", help: "T.", buckets: [0.1, 1, 10])])
        let timer = Timer(label: "t_seconds", dimensions: [("call", "rbd_open")], factory: factory)
        timer.recordMilliseconds(100)  // exactly on a bound: it belongs to it
        timer.recordMilliseconds(400)
        timer.recordSeconds(2)
        timer.recordSeconds(60)
        #expect(
            await factory.exposition() == """
                # HELP t_seconds T.
                # TYPE t_seconds histogram
                t_seconds_bucket{call="rbd_open",le="0.1"} 1
                t_seconds_bucket{call="rbd_open",le="1"} 2
                t_seconds_bucket{call="rbd_open",le="10"} 3
                t_seconds_bucket{call="rbd_open",le="+Inf"} 4
                t_seconds_sum{call="rbd_open"} 62.5
                t_seconds_count{call="rbd_open"} 4

                """
        )
    }

    @Test func `the sidecars' metric has their buckets`() async {
        let factory = PrometheusFactory()
        Timer(label: "csi_plugin_operations_seconds", factory: factory).recordSeconds(1)
        let bounds = await factory.exposition().split(separator: "\n").compactMap { line in
            line.split(separator: "\"").dropFirst().first.map(String.init)
        }
        #expect(
            bounds == ["0.1", "0.25", "0.5", "1", "2.5", "5", "10", "15", "25", "50", "120", "300", "600", "+Inf"]
        )
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (3.0, "3"), (0.0005, "0.0005"), (1e21, "1e+21"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (9_007_199_254_740_992, "9007199254740992.0"),
    ])
    func `a number is spelled as Go reads it`(value: Double, text: String) async {
        let factory = PrometheusFactory()
        Meter(label: "x", factory: factory).set(value)
        #expect(await factory.exposition() == "# TYPE x gauge\nx \(text)\n")
    }

    @Test func `counters never fall`() async {
        let factory = PrometheusFactory()
        let counter = FloatingPointCounter(label: "x", factory: factory)
        counter.increment(by: 2.5)
        for nonsense in [-1.0, .nan, .infinity] { counter.increment(by: nonsense) }
        #expect(await factory.exposition() == "# TYPE x counter\nx 2.5\n")
    }

    @Test func `what is destroyed is gone, and its handle changes nothing any more`() async {
        let factory = PrometheusFactory()
        let meter = Meter(label: "x", dimensions: [("volume", "1")], factory: factory)
        meter.set(1)
        Meter(label: "x", dimensions: [("volume", "2")], factory: factory).set(2)
        let timer = Timer(label: "t", factory: factory)
        timer.recordSeconds(1)
        let counter = Counter(label: "c", factory: factory)
        counter.increment()
        let recorder = Recorder(label: "r", factory: factory)
        recorder.record(1)
        meter.destroy()
        timer.destroy()
        counter.destroy()
        recorder.destroy()
        meter.set(3)
        counter.increment()
        #expect(await factory.exposition() == "# TYPE x gauge\nx{volume=\"2\"} 2\n")
        Meter(label: "x", dimensions: [("volume", "1")], factory: factory).set(4)
        #expect(await factory.exposition() == "# TYPE x gauge\nx{volume=\"1\"} 4\nx{volume=\"2\"} 2\n")
    }

    @Test func `nothing counted by many tasks at once is lost`() async {
        let factory = PrometheusFactory()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        Counter(label: "x", dimensions: [("half", "\(task % 2)")], factory: factory).increment()
                        Timer(label: "t", factory: factory).recordNanoseconds(Int64(1))
                    }
                }
            }
            group.addTask { for _ in 0..<50 { _ = await factory.exposition() } }
        }
        let text = await factory.exposition()
        #expect(text.contains("x{half=\"0\"} 4000\nx{half=\"1\"} 4000\n"))
        #expect(text.contains("t_count 8000\n"))
    }
}
