// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CSI
internal import Locker

extension TopologyWish {
    /// The wish of a request's `accessibility_requirements`.
    ///
    /// - Throws: `FieldError` for a topology without segments, or with too much in them.
    init(checking requirement: TopologyRequirement?) throws(FieldError) {
        let field = "accessibility_requirements"
        var lists: [[[String: String]]] = []
        for (name, topologies) in [
            ("requisite", requirement?.requisite ?? []), ("preferred", requirement?.preferred ?? []),
        ] {
            for (index, topology) in topologies.enumerated() {
                guard !topology.segments.isEmpty else {
                    throw FieldError("\(field).\(name)[\(index)]", "has no segments")
                }
                try FieldRules.map(topology.segments, "\(field).\(name)[\(index)]")
            }
            lists.append(topologies.map(\.segments))
        }
        self.init(requisite: lists[0], preferred: lists[1])
    }
}
