// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What can be known of a proto package on the wire, one statement a line, so that two descriptions can be compared.
///
/// A statement names its owner: "CreateVolumeRequest: 5 secrets map<string,string> [csi_secret]".
struct WireFacts: Hashable {
    /// The statements.
    private(set) var statements: Set<String> = []

    /// Nothing known.
    init() {}

    /// Reads the form of csi-1.13-wire.txt: blocks of `service`, `enum` and `message`, an enum of a message possibly
    /// between the message's line and its fields.
    init(reading text: String) throws {
        var service: String?
        var message: String?
        var enumeration: String?
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "service":
                (service, message, enumeration) = (words[1], nil, nil)
                self.add(line)
            case "enum":
                (service, enumeration) = (nil, words[1])
                self.add(line)
            case "message":
                (service, message, enumeration) = (nil, words[1], nil)
                self.add(line)
            case "extension":
                self.add(line)
            default:
                // A field has a type where an enum's value ends or has its annotations.
                let isValue = Int(words[0]) != nil && (words.count == 2 || words[2].hasPrefix("["))
                guard let owner = Int(words[0]) == nil ? service : isValue ? enumeration : message else {
                    throw Unreadable(line: String(line))
                }
                self.add(line, of: owner)
            }
        }
    }

    /// A line that belongs to nothing.
    struct Unreadable: Error {
        let line: String
    }

    /// Adds a statement; blanks at its ends and the order of its annotations do not matter.
    mutating func add(_ statement: some StringProtocol, of owner: String? = nil) {
        var words = String(statement).split(separator: " ").map(String.init)
        if let last = words.last, last.hasPrefix("["), last.hasSuffix("]") {
            let annotations = last.dropFirst().dropLast().split(separator: ",").sorted()
            words[words.count - 1] = "[\(annotations.joined(separator: ","))]"
        }
        let line = words.joined(separator: " ")
        self.statements.insert(owner.map { "\($0): \(line)" } ?? line)
    }

    /// What one side says and the other does not, each line marked with its side; empty when they agree.
    static func differences(expected: WireFacts, found: WireFacts) -> [String] {
        expected.statements.subtracting(found.statements).sorted().map { "missing: \($0)" }
            + found.statements.subtracting(expected.statements).sorted().map { "unexpected: \($0)" }
    }

    /// The facts that libprotobuf-c's descriptions hold too: no annotations, streaming, extensions or oneofs' names.
    func withoutWhatCLeavesOut() -> WireFacts {
        var result = WireFacts()
        for statement in self.statements where !statement.hasPrefix("extension ") {
            var words = statement.split(separator: " ").map(String.init)
            if words.last?.hasPrefix("[") == true { words.removeLast() }
            words.removeAll { $0 == "stream" }
            if let oneof = words.firstIndex(of: "oneof") { words.removeLast(words.count - oneof - 1) }
            result.statements.insert(words.joined(separator: " "))
        }
        return result
    }
}
