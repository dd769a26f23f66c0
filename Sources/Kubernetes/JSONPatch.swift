// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A step of an RFC 6902 patch.
struct JSONPatch: Encodable {
    let op: String
    let path: String
    let value: Value?

    enum Value: Encodable {
        case text(String)
        case taint(NodeTaint)
        case taints([NodeTaint])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .taint(let taint): try container.encode(taint)
            case .taints(let taints): try container.encode(taints)
            }
        }
    }

    private init(_ op: String, _ path: String, _ value: Value?) {
        self.op = op
        self.path = path
        self.value = value
    }

    /// Fails the patch if the object is not the one that was read.
    static func unchanged(since version: String) -> JSONPatch {
        JSONPatch("test", "/metadata/resourceVersion", .text(version))
    }

    /// Adds a taint to those of a node, which stay as they are, with all that is not decoded here.
    static func add(_ taint: NodeTaint, to others: [NodeTaint]) -> JSONPatch {
        others.isEmpty
            ? JSONPatch("add", "/spec/taints", .taints([taint])) : JSONPatch("add", "/spec/taints/-", .taint(taint))
    }

    /// Removes the taint at an index.
    static func removeTaint(at index: Int) -> JSONPatch {
        JSONPatch("remove", "/spec/taints/\(index)", nil)
    }
}
