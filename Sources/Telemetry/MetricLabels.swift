// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The labels of one series, sorted by name: the same labels in another order are the same series.
struct MetricLabels: Sendable, Hashable {
    /// One label.
    struct Pair: Sendable, Hashable {
        /// The label's name, valid by ``PrometheusText/isLabelName(_:)``.
        let name: String
        /// The label's value, any text.
        let value: String
    }

    /// The labels by name.
    let pairs: [Pair]

    /// Takes a metric's dimensions.
    ///
    /// - Throws: ``MetricFault`` for a name that is not one, a name used twice, and `le`, which belongs to histograms.
    init(_ dimensions: [(String, String)]) throws(MetricFault) {
        var pairs: [Pair] = []
        for (name, value) in dimensions {
            guard PrometheusText.isLabelName(name), name != "le" else { throw .labelName }
            pairs.append(Pair(name: name, value: value))
        }
        pairs.sort { $0.name < $1.name }
        for (one, next) in zip(pairs, pairs.dropFirst()) where one.name == next.name { throw .repeatedLabel }
        self.pairs = pairs
    }

    /// The labels in braces, `extra` (a histogram's `le`) last; nothing at all without labels.
    func text(extra: (name: String, value: String)? = nil) -> String {
        var parts = self.pairs.map { "\($0.name)=\"\(PrometheusText.labelValue($0.value))\"" }
        if let extra { parts.append("\(extra.name)=\"\(PrometheusText.labelValue(extra.value))\"") }
        return parts.isEmpty ? "" : "{\(parts.joined(separator: ","))}"
    }

    /// Whether this series is written before `other`: by the values in the order of the names.
    func precedes(_ other: MetricLabels) -> Bool {
        for (mine, theirs) in zip(self.pairs, other.pairs) {
            if mine.name != theirs.name { return mine.name < theirs.name }
            if mine.value != theirs.value { return mine.value < theirs.value }
        }
        return self.pairs.count < other.pairs.count
    }
}
