// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How the places of nodes and pools are written: `topology.<driver>/<label>` = value, by the rules of the CSI
/// specification (as long as Kubernetes' labels, alphanumeric at both ends).
package enum TopologyRules {
    /// The label, with its value, of every node that was given none: a provisioner wants one key of each node.
    package static let common = (label: "plugin", value: "present")

    /// The key of a label in a driver's segments.
    package static func key(_ label: String, driver: String) -> String { "topology.\(driver)/\(label)" }

    /// Why a text cannot be a label's name or value; `nil` if it can.
    package static func objection(to text: String) -> String? {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count) else { return "\"\(text)\" does not have 1 to 63 characters" }
        let isRight =
            self.isAlphanumeric(bytes[0]) && self.isAlphanumeric(bytes[bytes.count - 1])
            && bytes.allSatisfy {
                self.isAlphanumeric($0) || [UInt8(ascii: "-"), 0x5f, UInt8(ascii: ".")].contains($0)
            }
        return isRight
            ? nil : "\"\(text)\" is not made of A-Z, a-z, 0-9, -, _ and . with a letter or digit at both ends"
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    /// Whether what can be reached from `place` can be reached from a node at `node`, which has further labels.
    ///
    /// Keys are compared without regard to case, as the specification wants; values are not.
    package static func reaches(_ place: [String: String], from node: [String: String]) -> Bool {
        let node = Dictionary(node.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        return place.allSatisfy { node[$0.key.lowercased()] == $0.value }
    }

    /// Segments in words for a message.
    package static func words(_ segments: [String: String]) -> String {
        let pairs = segments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "{\(pairs.joined(separator: ", "))}"
    }
}
