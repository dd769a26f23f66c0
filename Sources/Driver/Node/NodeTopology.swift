// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Locker

/// Where this node is, as its administrator labels it and as NodeGetInfo answers it.
package enum NodeTopology {
    /// The labels of `--topology`: `region=east,rack=r7`; none for an empty text.
    ///
    /// - Parameter option: what errors call it.
    /// - Throws: ``LockerError`` with `invalidArgument`, naming what is wrong.
    package static func labels(_ text: String, option: String = "--topology") throws(LockerError) -> [String: String] {
        var labels: [String: String] = [:]
        for pair in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty) {
            let words = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 2 else {
                throw LockerError(.invalidArgument, "\(option): \"\(pair)\" is not of the form label=value")
            }
            for word in words {
                guard let objection = TopologyRules.objection(to: word) else { continue }
                throw LockerError(.invalidArgument, "\(option): \(objection)")
            }
            // The specification compares keys without regard to case.
            guard !labels.keys.contains(where: { $0.lowercased() == words[0].lowercased() }) else {
                throw LockerError(.invalidArgument, "\(option) has the label \"\(words[0])\" twice")
            }
            labels[words[0]] = words[1]
        }
        return labels
    }

    /// A driver's segments of the labels; one that every node has where there are none, since a provisioner wants at
    /// least one key of each node.
    ///
    /// - Throws: ``LockerError`` with `invalidArgument` for a driver's name that is too long for a key.
    static func segments(_ labels: [String: String], driver: String) throws(LockerError) -> [String: String] {
        let prefix = "topology.\(driver)"
        guard prefix.utf8.count <= 63 else {
            throw LockerError(
                .invalidArgument,
                "--driver-name \"\(driver)\" is too long for a node: its labels begin with \(prefix), of which the CSI"
                    + " specification allows 63 characters; 54 are left for the name"
            )
        }
        let labels = labels.isEmpty ? [TopologyRules.common.label: TopologyRules.common.value] : labels
        return Dictionary(labels.map { (TopologyRules.key($0.key, driver: driver), $0.value) }) { first, _ in first }
    }
}
