// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How fast a volume may be: the parameters that ControllerModifyVolume takes (a VolumeAttributesClass' own).
///
/// Each is a number of operations or bytes a second; 0 is no limit. librbd keeps them for whoever has the image open:
/// its settings `rbd_qos_*`, which stand in the image's metadata and are followed live.
package struct VolumeLimits: Sendable, Hashable {
    /// One parameter.
    private struct Kind {
        let name: String
        /// The setting of librbd.
        let option: String
        let range: ClosedRange<Int64>
        /// The limit that a burst goes beyond; `nil` for a limit.
        let limit: String?
    }

    /// Numbers by the parameters' names; zeros are kept, for they were asked for.
    private var values: [String: Int64] = [:]

    private static let kinds: [Kind] = ["", "Read", "Write"].flatMap { direction in
        [("Iops", Int64(1)...1_000_000_000), ("Bps", Int64(4096)...(1 << 50))].flatMap { unit, range in
            let option = (direction.isEmpty ? "" : "\(direction.lowercased())_") + unit.lowercased()
            let limit = "max\(direction)\(unit)"
            return [
                Kind(name: limit, option: "rbd_qos_\(option)_limit", range: range, limit: nil),
                Kind(name: "burst\(direction)\(unit)", option: "rbd_qos_\(option)_burst", range: range, limit: limit),
            ]
        }
    }

    /// The parameters' names.
    package static var names: [String] { self.kinds.map(\.name) }

    /// No limit.
    package init() {}

    /// Reads a request's `mutable_parameters`.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`, naming the first key or value that is wrong.
    package init(_ parameters: [String: String]) throws(LockerError) {
        for (name, text) in parameters.sorted(by: { $0.key < $1.key }) {
            guard let kind = Self.kinds.first(where: { $0.name == name }) else {
                throw LockerError(
                    .invalidArgument,
                    "mutable parameter \(name) is not known to Locker, which takes \(Self.names.joined(separator: ", "))"
                )
            }
            guard let value = Quantity.value(text), value == 0 || kind.range.contains(value) else {
                throw LockerError(
                    .invalidArgument,
                    "mutable parameter \(name): \"\(text)\" is not 0 (for none) or a quantity from"
                        + " \(kind.range.lowerBound) to \(kind.range.upperBound), such as 500, 2k or 100Mi"
                )
            }
            self.values[name] = value
        }
    }

    /// Those that a record keeps.
    package init(recorded: [String: String]) {
        // Whatever a later version has added is not this one's to apply.
        self.values = recorded.compactMapValues { Int64($0) }
    }

    /// These, and of the others' what these do not say.
    func over(_ others: VolumeLimits) -> VolumeLimits {
        var all = self
        all.values.merge(others.values) { mine, _ in mine }
        return all
    }

    /// That the bursts go beyond their limits: librbd would ignore others without a word.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument`.
    package func check() throws(LockerError) {
        for kind in Self.kinds {
            guard let limitName = kind.limit, let burst = self.values[kind.name], burst > 0 else { continue }
            let limit = self.values[limitName] ?? 0
            guard limit > 0, burst >= limit else {
                let has = limit == 0 ? "which has no limit" : "which is \(limit)"
                throw LockerError(
                    .invalidArgument,
                    "mutable parameter \(kind.name): \(burst) is no burst beyond \(limitName), \(has)"
                )
            }
        }
    }

    /// Whether they come to the same: 0 is the same as nothing.
    package func isSame(as others: VolumeLimits) -> Bool {
        self.values.filter { $0.value != 0 } == others.values.filter { $0.value != 0 }
    }

    /// Whether these are among the others.
    package func agree(with others: VolumeLimits) -> Bool { self.over(others).isSame(as: others) }

    /// As a record keeps them: plain numbers.
    package var recorded: [String: String] { self.values.mapValues { String($0) } }

    /// What a limit is of.
    package enum Direction: String, Sendable {
        case read = "Read"
        case write = "Write"
    }

    /// What a limit counts in a second.
    package enum Unit: String, Sendable {
        case operations = "Iops"
        case bytes = "Bps"
    }

    /// The least that bounds one direction: its own limit or that of both together; `nil` if there is neither.
    package func ceiling(_ direction: Direction, _ unit: Unit) -> Int64? {
        ["max\(unit.rawValue)", "max\(direction.rawValue)\(unit.rawValue)"].compactMap { self.values[$0] }
            .filter { $0 > 0 }.min()
    }

    /// Whether a key of an image's metadata is one of these limits'.
    static func isMetadata(_ key: String) -> Bool { self.kinds.contains { key == "conf_\($0.option)" } }

    /// As librbd finds them in an image's metadata.
    var metadata: [String: String] {
        var metadata: [String: String] = [:]
        for kind in Self.kinds {
            guard let value = self.values[kind.name] else { continue }
            metadata["conf_\(kind.option)"] = String(value)
        }
        return metadata
    }
}
