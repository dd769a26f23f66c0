// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Calls that are made again and again, and timed one by one.
enum Timed {
    /// Makes `count` calls, some at once, and prints how long they took as a JSON object.
    ///
    /// - Parameters:
    ///   - what: the call's name.
    ///   - lanes: how many at once.
    ///   - note: more of the JSON object: `,"volumes":10`.
    /// - Returns: what the calls returned, in the order of their numbers.
    static func run<Value: Sendable>(
        _ what: String,
        count: Int,
        lanes: Int = 1,
        note: String = "",
        _ call: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        let start = ContinuousClock.now
        let results = try await withThrowingTaskGroup(of: [(Int, Value, Duration)].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var results: [(Int, Value, Duration)] = []
                    for index in stride(from: lane, to: count, by: lanes) {
                        let begin = ContinuousClock.now
                        let value = try await call(index)
                        results.append((index, value, begin.duration(to: .now)))
                    }
                    return results
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = Self.milliseconds(start.duration(to: .now))
        let times = results.map { Self.milliseconds($0.2) }.sorted()
        let figures = "\"p50\":\(Self.round(times[count / 2])),\"p95\":\(Self.round(times[count * 95 / 100]))"
        let rate = Self.round(Double(count) / elapsed * 1000)
        print(
            "{\"what\":\"\(what)\"\(note),\"at_once\":\(lanes),\"count\":\(count),\(figures),\"per_second\":\(rate)}"
        )
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }

    private static func round(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
