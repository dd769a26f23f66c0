// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CoreMetrics
private import Synchronization

/// The metrics of this process as Prometheus reads them: a backend of `swift-metrics`.
///
/// Counters, meters (gauges), recorders and timers become counter, gauge and histogram families; timers are in
/// seconds. Safe from any thread; there is one lock a family, and one for the table of families.
/// A metric with an impossible name or label, or one whose name already has another kind, is not kept:
/// `locker_metrics_rejected_total` tells which.
package final class PrometheusFactory: MetricsFactory {
    /// A family by its kind.
    enum Family {
        case counter(MetricFamily<Double>)
        case gauge(MetricFamily<Double>)
        case histogram(MetricFamily<HistogramValue>, bounds: [Double])
    }

    private let descriptions: [String: MetricDescription]
    private let defaultBuckets: [Double]
    private let families = Mutex<[String: Family]>([:])
    private let collectors = Mutex<[@Sendable () async -> [MetricSample]]>([])
    /// How often which metric was refused, for the exposition; the names are the code's own, so they are few.
    private let rejected = MetricFamily<Double>(initial: 0)

    /// The name of the counter of metrics that were not kept.
    static let rejectedName = "locker_metrics_rejected_total"

    /// A factory without metrics.
    ///
    /// - Parameters:
    ///   - descriptions: HELP texts and buckets; ``MetricDescription/catalogue`` is always known.
    ///   - defaultBuckets: the buckets of histograms without their own.
    package init(
        _ descriptions: [MetricDescription] = [],
        defaultBuckets: [Double] = MetricDescription.callBuckets
    ) {
        var known: [String: MetricDescription] = [:]
        for description in MetricDescription.catalogue + descriptions { known[description.name] = description }
        self.descriptions = known
        self.defaultBuckets = defaultBuckets
    }

    /// Has `collect` called at each scrape, for values that are looked up rather than counted.
    ///
    /// It must come back soon: the scrape waits for it. The samples need names of their own.
    package func onCollect(_ collect: @escaping @Sendable () async -> [MetricSample]) {
        self.collectors.withLock { $0.append(collect) }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        self.counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return self.histogram(label, dimensions) ?? NOOPMetricsHandler.instance }
        return self.gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.histogram(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func destroyCounter(_ handler: any CounterHandler) {
        (handler as? CounterSeries)?.destroy()
    }

    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        (handler as? CounterSeries)?.destroy()
    }

    package func destroyMeter(_ handler: any MeterHandler) {
        (handler as? GaugeSeries)?.destroy()
    }

    package func destroyRecorder(_ handler: any RecorderHandler) {
        (handler as? GaugeSeries)?.destroy()
        (handler as? HistogramSeries)?.destroy()
    }

    package func destroyTimer(_ handler: any TimerHandler) {
        (handler as? HistogramSeries)?.destroy()
    }

    // MARK: - For the exposition

    /// The families by name, the counter of refused metrics among them once it has something to tell.
    func currentFamilies() -> [String: Family] {
        var families = self.families.withLock { $0 }
        families[Self.rejectedName] = .counter(self.rejected)
        return families
    }

    /// What every collector has to say now, one after another.
    func collected() async -> [MetricSample] {
        var samples: [MetricSample] = []
        for collect in self.collectors.withLock({ $0 }) { samples += await collect() }
        return samples
    }

    /// The HELP text of `name`, if it has one.
    func help(_ name: String) -> String? {
        self.descriptions[name]?.help
    }

    /// Counts a metric that is not kept.
    func reject(_ name: String, _ fault: MetricFault) {
        guard let labels = try? MetricLabels([("metric", name), ("reason", fault.rawValue)]) else { return }
        let number = self.rejected.number(of: labels)
        self.rejected.update(number) { $0 += 1 }
    }

    // MARK: - Families

    private func counter(_ name: String, _ dimensions: [(String, String)]) -> CounterSeries? {
        self.series(name, dimensions) { () -> Family in
            .counter(MetricFamily(initial: 0))
        } use: { family, labels in
            guard case .counter(let family) = family else { return nil }
            return CounterSeries(family, labels)
        }
    }

    private func gauge(_ name: String, _ dimensions: [(String, String)]) -> GaugeSeries? {
        self.series(name, dimensions) { () -> Family in
            .gauge(MetricFamily(initial: 0))
        } use: { family, labels in
            guard case .gauge(let family) = family else { return nil }
            return GaugeSeries(family, labels)
        }
    }

    private func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramSeries? {
        self.series(name, dimensions) { () -> Family in
            let bounds = self.descriptions[name]?.buckets ?? self.defaultBuckets
            return .histogram(MetricFamily(initial: HistogramValue(bounds: bounds.count)), bounds: bounds)
        } use: { family, labels in
            guard case .histogram(let family, let bounds) = family else { return nil }
            return HistogramSeries(family, bounds: bounds, labels)
        }
    }

    /// The series in the family `name`, made by `make` on first use; nil, and counted, when it cannot be.
    private func series<Series>(
        _ name: String,
        _ dimensions: [(String, String)],
        _ make: () -> Family,
        use: (Family, MetricLabels) -> Series?
    ) -> Series? {
        do throws(MetricFault) {
            guard PrometheusText.isMetricName(name) else { throw .metricName }
            guard name != Self.rejectedName else { throw .kind }
            let labels = try MetricLabels(dimensions)
            let family = self.families.withLock { families in
                if let known = families[name] { return known }
                let new = make()
                families[name] = new
                return new
            }
            guard let series = use(family, labels) else { throw .kind }
            return series
        } catch {
            self.reject(name, error)
            return nil
        }
    }
}
