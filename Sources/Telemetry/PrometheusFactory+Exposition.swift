// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

extension PrometheusFactory {
    /// Every metric in the text format 0.0.4: families by name, series by their labels' values.
    ///
    /// Asks the collectors first. The order is always the same, so two expositions can be compared line by line.
    package func exposition() async -> String {
        let blocks = self.collectedBlocks(await self.collected())
        var all = blocks
        for (name, family) in self.currentFamilies() {
            if let block = self.block(name, family) { all[name] = block }
        }
        return all.sorted { $0.key < $1.key }.map(\.value).joined()
    }

    /// One family's lines; nil when it has no series.
    private func block(_ name: String, _ family: Family) -> String? {
        switch family {
        case .counter(let family): self.block(name, "counter", family)
        case .gauge(let family): self.block(name, "gauge", family)
        case .histogram(let family, let bounds): self.block(name, family, bounds)
        }
    }

    private func block(_ name: String, _ kind: String, _ family: MetricFamily<Double>) -> String? {
        let series = family.snapshot()
        guard !series.isEmpty else { return nil }
        return series.reduce(into: self.header(name, kind)) { text, series in
            text += "\(name)\(series.labels.text()) \(PrometheusText.number(series.value))\n"
        }
    }

    private func block(_ name: String, _ family: MetricFamily<HistogramValue>, _ bounds: [Double]) -> String? {
        let series = family.snapshot()
        guard !series.isEmpty else { return nil }
        var text = self.header(name, "histogram")
        for (labels, value) in series {
            var total: UInt64 = 0
            for (bound, count) in zip(bounds + [.infinity], value.counts) {
                total += count
                let le = labels.text(extra: ("le", PrometheusText.number(bound)))
                text += "\(name)_bucket\(le) \(total)\n"
            }
            text += "\(name)_sum\(labels.text()) \(PrometheusText.number(value.sum))\n"
            text += "\(name)_count\(labels.text()) \(total)\n"
        }
        return text
    }

    private func header(_ name: String, _ kind: String) -> String {
        let help = self.help(name).map { "# HELP \(name) \(PrometheusText.help($0))\n" } ?? ""
        return help + "# TYPE \(name) \(kind)\n"
    }

    /// The lines of computed samples by name; what cannot be exposed is counted and left out.
    private func collectedBlocks(_ samples: [MetricSample]) -> [String: String] {
        let kept = self.currentFamilies()
        var kinds: [String: MetricSample.Kind] = [:]
        var series: [String: [MetricLabels: Double]] = [:]
        for sample in samples {
            do throws(MetricFault) {
                guard PrometheusText.isMetricName(sample.name) else { throw .metricName }
                let labels = try MetricLabels(sample.labels)
                guard kept[sample.name] == nil, kinds[sample.name, default: sample.kind] == sample.kind else {
                    throw .kind
                }
                guard series[sample.name]?[labels] == nil else { throw .repeatedSeries }
                kinds[sample.name] = sample.kind
                series[sample.name, default: [:]][labels] = sample.value
            } catch {
                self.reject(sample.name, error)
            }
        }
        var blocks: [String: String] = [:]
        for (name, values) in series {
            var text = self.header(name, kinds[name]?.rawValue ?? "untyped")
            for (labels, value) in values.sorted(by: { $0.key.precedes($1.key) }) {
                text += "\(name)\(labels.text()) \(PrometheusText.number(value))\n"
            }
            blocks[name] = text
        }
        return blocks
    }
}
