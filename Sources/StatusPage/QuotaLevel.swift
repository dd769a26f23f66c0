// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Locker

/// How near to a quota something is: what is more used of bytes and of the number of volumes counts.
package enum QuotaLevel: String, Sendable, Hashable {
    case unbounded, low, near, full, over

    /// From this part of a quota on it is near, in hundredths.
    private static let nearPercent: Int64 = 80

    /// The level of a course or student.
    package init(_ standing: QuotaStanding) {
        let parts = [(standing.bytes, standing.bounds.bytes), (standing.volumes, standing.bounds.volumes)]
        let levels = parts.compactMap { used, bound in bound.map { Self.level(used, of: $0) } }
        self = levels.max { $0.rank < $1.rank } ?? .unbounded
    }

    private static func level(_ used: Int64, of bound: Int64) -> QuotaLevel {
        if used > bound { return .over }
        if used == bound { return .full }
        return self.percent(used, of: bound) >= self.nearPercent ? .near : .low
    }

    /// How much of a bound is used, in hundredths, cut; 100 of a bound of nothing.
    static func percent(_ used: Int64, of bound: Int64) -> Int64 {
        guard bound > 0 else { return 100 }
        return Int64(Double(used) / Double(bound) * 100)
    }

    private var rank: Int {
        switch self {
        case .unbounded: 0
        case .low: 1
        case .near: 2
        case .full: 3
        case .over: 4
        }
    }
}
