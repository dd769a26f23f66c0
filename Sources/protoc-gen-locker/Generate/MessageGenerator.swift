// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Writes a message as a Swift struct, and its conformance to WireMessage.
struct MessageGenerator {
    let package: String
    let keepsUnknown: Bool

    /// The struct with its nested types.
    func type(_ message: ProtoMessage, into out: inout SourceText) {
        out.comment(message.comment, otherwise: "`\(message.fullName)`.")
        out.block("package struct \(Naming.type(message.name)): Sendable, Hashable {") { out in
            for property in self.properties(message) {
                out.comment(property.comment, otherwise: property.fallbackComment)
                out.line("package var \(property.name): \(property.type)")
                out.line()
            }
            if self.keepsUnknown {
                out.line("/// What a newer version has written besides.")
                out.line("package var unknownFields = WireUnknownFields()")
                out.line()
            }
            self.initialiser(message, into: &out)
            for oneof in message.oneofs.indices {
                out.line()
                self.oneof(oneof, of: message, into: &out)
            }
            for nested in message.enums {
                out.line()
                EnumGenerator.type(nested, into: &out)
            }
            for nested in message.messages {
                out.line()
                self.type(nested, into: &out)
            }
        }
    }

    /// The conformances of the message and of all that is nested in it.
    func conformances(_ message: ProtoMessage, into out: inout SourceText) {
        out.line()
        WireGenerator(message: message, package: self.package, keepsUnknown: self.keepsUnknown)
            .conformance(into: &out)
        for nested in message.messages { self.conformances(nested, into: &out) }
    }

    /// A stored property: a field, or a oneof.
    private struct Property {
        let name: String
        let type: String
        let initial: String
        let comment: [String]
        let fallbackComment: String
    }

    private func properties(_ message: ProtoMessage) -> [Property] {
        var properties: [Property] = []
        var seen: Set<Int> = []
        for field in message.fields {
            if let oneof = field.oneof {
                guard seen.insert(oneof).inserted else { continue }
                let name = message.oneofs[oneof]
                properties.append(
                    Property(
                        name: Naming.oneofMember(name),
                        type: "\(Naming.oneof(name))?",
                        initial: "nil",
                        comment: [],
                        fallbackComment: "The oneof `\(name)`: nil when none of its fields is set."
                    )
                )
            } else {
                let type = SwiftFieldType(field, package: self.package)
                properties.append(
                    Property(
                        name: Naming.member(field.name),
                        type: type.name,
                        initial: type.initial,
                        comment: field.comment,
                        fallbackComment: "`\(field.name)`, field \(field.number)."
                    )
                )
            }
        }
        return properties
    }

    private func initialiser(_ message: ProtoMessage, into out: inout SourceText) {
        let properties = self.properties(message)
        out.line("/// A message with these fields; what is left out has its proto3 default.")
        guard !properties.isEmpty else {
            out.line("package init() {}")
            return
        }
        out.block("package init(", end: ") {") { out in
            for (index, property) in properties.enumerated() {
                let comma = index + 1 < properties.count ? "," : ""
                out.line("\(property.name): \(property.type) = \(property.initial)\(comma)")
            }
        }
        for property in properties { out.line("    self.\(property.name) = \(property.name)") }
        out.line("}")
    }

    private func oneof(_ index: Int, of message: ProtoMessage, into out: inout SourceText) {
        let name = message.oneofs[index]
        out.line("/// The fields of the oneof `\(name)`, of which at most one is set.")
        out.block("package enum \(Naming.oneof(name)): Sendable, Hashable {") { out in
            for field in message.fields where field.oneof == index {
                out.line("/// `\(field.name)`, field \(field.number).")
                let type = SwiftFieldType(field, package: self.package)
                out.line("case \(Naming.member(field.name))(\(type.payload))")
            }
        }
    }
}
