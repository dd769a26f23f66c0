// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Where a new volume is to be reachable from: a request's `accessibility_requirements`.
package struct TopologyWish: Sendable, Hashable {
    /// From at least one of these; empty for anywhere.
    package let requisite: [[String: String]]

    /// The earlier the better.
    package let preferred: [[String: String]]

    /// A wish; by default none.
    package init(requisite: [[String: String]] = [], preferred: [[String: String]] = []) {
        self.requisite = requisite
        self.preferred = preferred
    }

    /// Whether what can be reached from `place` is reachable as it has to be; no place is everywhere.
    func isMet(by place: [String: String]) -> Bool {
        self.requisite.isEmpty || self.requisite.contains { TopologyRules.reaches(place, from: $0) }
    }

    /// Chooses a pool: of the first place that has one, the class' first there.
    ///
    /// - Parameters:
    ///   - pools: those of the class, at least one.
    ///   - driver: the driver's name, which is in the keys.
    /// - Throws: ``LockerError`` with `resourceExhausted` if no pool can be reached from where the volume is needed.
    func choose(among pools: [ConstrainedPool], driver: String) throws(LockerError) -> ConstrainedPool {
        for place in self.preferred + self.requisite {
            if let pool = pools.first(where: { TopologyRules.reaches($0.topology(of: driver), from: place) }) {
                return pool
            }
        }
        if self.requisite.isEmpty, let first = pools.first { return first }
        let offered = Self.some(of: pools.map { "\($0.name) \(TopologyRules.words($0.topology(of: driver)))" })
        let wanted = Self.some(of: self.requisite.map { TopologyRules.words($0) })
        throw LockerError(
            .resourceExhausted,
            "no pool of topologyConstrainedPools can be reached from any of \(wanted): the class has \(offered). Give the class a pool there, or the nodes the labels (--topology)"
        )
    }

    /// A few of many, for a message that goes with a status: a class may have a hundred pools.
    private static func some(of texts: [String]) -> String {
        let more = texts.count > 6 ? " and \(texts.count - 6) more" : ""
        return texts.prefix(6).map { String($0.prefix(200)) }.joined(separator: ", ") + more
    }
}
