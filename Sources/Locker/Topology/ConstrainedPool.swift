// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials

/// One pool of a class' `topologyConstrainedPools`, with where it can be reached from.
package struct ConstrainedPool: Sendable, Hashable {
    /// One label of a place.
    package struct Segment: Sendable, Hashable {
        package let label: String
        package let value: String
    }

    /// The pool of the images.
    package let name: String

    /// The pool of the data objects when it is another one.
    package let dataPool: String?

    /// All of them hold of every node that reaches the pool.
    package let segments: [Segment]

    /// The place as a driver's segments.
    func topology(of driver: String) -> [String: String] { Self.topology(self.segments, of: driver) }

    static func topology(_ segments: [Segment], of driver: String) -> [String: String] {
        Dictionary(segments.map { (TopologyRules.key($0.label, driver: driver), $0.value) }) { first, _ in first }
    }

    private static let parameter = "topologyConstrainedPools"

    /// The list as ceph-csi spells it:
    /// `[{"poolName": "…", "dataPool": "…", "domainSegments": [{"domainLabel": "region", "value": "east"}]}]`.
    ///
    /// - Returns: nothing if the parameter is not there.
    /// - Throws: ``LockerError`` with `invalidArgument`.
    static func list(_ reader: inout ParameterReader) throws(LockerError) -> [ConstrainedPool] {
        guard let text = reader.text(self.parameter) else { return [] }
        let entries: [PoolText]
        do {
            entries = try JSONDecoder().decode([PoolText].self, from: Data(text.utf8))
        } catch {
            throw LockerError(
                .invalidArgument,
                "parameter \(self.parameter) is not a list of {\"poolName\", \"dataPool\", \"domainSegments\":"
                    + " [{\"domainLabel\", \"value\"}]}: \(error)",
                cause: error
            )
        }
        guard !entries.isEmpty else {
            throw LockerError(.invalidArgument, "parameter \(self.parameter) names no pool")
        }
        var pools: [ConstrainedPool] = []
        for entry in entries {
            guard !pools.contains(where: { $0.name == entry.poolName }) else {
                throw LockerError(
                    .invalidArgument,
                    "parameter \(self.parameter) has the pool \"\(entry.poolName)\" twice"
                )
            }
            pools.append(try self.pool(entry))
        }
        return pools
    }

    private static func pool(_ entry: PoolText) throws(LockerError) -> ConstrainedPool {
        guard !entry.poolName.isEmpty else {
            throw LockerError(.invalidArgument, "parameter \(self.parameter) has an entry without a poolName")
        }
        var segments: [Segment] = []
        for segment in entry.domainSegments {
            for text in [segment.domainLabel, segment.value] {
                guard let objection = TopologyRules.objection(to: text) else { continue }
                throw LockerError(
                    .invalidArgument,
                    "parameter \(self.parameter): pool \"\(entry.poolName)\": \(objection)"
                )
            }
            let isNew = !segments.contains { $0.label.lowercased() == segment.domainLabel.lowercased() }
            guard isNew else {
                throw LockerError(
                    .invalidArgument,
                    "parameter \(self.parameter): pool \"\(entry.poolName)\" has the label \"\(segment.domainLabel)\" twice"
                )
            }
            segments.append(Segment(label: segment.domainLabel, value: segment.value))
        }
        guard !segments.isEmpty else {
            throw LockerError(
                .invalidArgument,
                "parameter \(self.parameter): pool \"\(entry.poolName)\" has no domainSegments"
            )
        }
        let dataPool = entry.dataPool.flatMap { $0.isEmpty ? nil : $0 }
        return ConstrainedPool(name: entry.poolName, dataPool: dataPool, segments: segments)
    }

    /// That a class has either one pool or those.
    static func check(
        _ pools: [ConstrainedPool],
        pool: String,
        dataPool: String?
    ) throws(LockerError) {
        guard !pools.isEmpty else { return }
        let other = !pool.isEmpty ? "pool" : dataPool != nil ? "dataPool" : nil
        guard let other else { return }
        throw LockerError(
            .invalidArgument,
            "parameters \(other) and \(self.parameter) exclude each other: leave one out"
        )
    }
}
