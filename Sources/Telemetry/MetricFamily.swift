// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

private import Synchronization

/// All series of one metric name, behind one lock.
///
/// Safe from any thread. A handler keeps the number of its series: numbers are not used twice, so that a handler whose
/// series was destroyed changes nothing.
final class MetricFamily<Value: Sendable>: Sendable {
    private struct Series {
        let labels: MetricLabels
        var value: Value
    }

    private struct State {
        var numbers: [MetricLabels: Int] = [:]
        var series: [Int: Series] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    private let initial: Value

    /// A family whose series start at `initial`.
    init(initial: Value) {
        self.initial = initial
    }

    /// The number of the series with `labels`, made on first use.
    func number(of labels: MetricLabels) -> Int {
        self.state.withLock { state in
            if let known = state.numbers[labels] { return known }
            let number = state.next
            state.next += 1
            state.numbers[labels] = number
            state.series[number] = Series(labels: labels, value: self.initial)
            return number
        }
    }

    /// Changes one series' value; nothing when it was removed. `body` runs under the lock: arithmetic only.
    func update(_ number: Int, _ body: (inout Value) -> Void) {
        self.state.withLock { state in
            guard state.series[number] != nil else { return }
            body(&state.series[number]!.value)  // checked on the line above, under the same lock
        }
    }

    /// Forgets a series: it is no longer exposed.
    func remove(_ number: Int) {
        self.state.withLock { state in
            guard let gone = state.series.removeValue(forKey: number) else { return }
            state.numbers[gone.labels] = nil
        }
    }

    /// Every series as it is now, in the order in which it is written.
    func snapshot() -> [(labels: MetricLabels, value: Value)] {
        let series = self.state.withLock { Array($0.series.values) }
        return series.sorted { $0.labels.precedes($1.labels) }.map { ($0.labels, $0.value) }
    }
}
