// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Writes how one message goes between Swift and protoc-c's structure.
struct WireGenerator {
    let message: ProtoMessage
    let package: String
    let keepsUnknown: Bool

    private var raw: String { Naming.cType(self.message.fullName) }

    func conformance(into out: inout SourceText) {
        out.block("extension \(Naming.swiftType(self.message.fullName, package: self.package)): WireMessage {") { out in
            out.line("package static let fullName = \"\(self.message.fullName)\"")
            let function = Naming.cFunction(self.message.fullName)
            out.line("package static let wireDescriptor = WireDescriptor(\(function)__init)")
            out.line()
            self.reading(into: &out)
            out.line()
            self.writing(into: &out)
        }
    }

    private func reading(into out: inout SourceText) {
        out.block("package init(wire: UnsafeRawPointer) {") { out in
            guard !self.message.fields.isEmpty || self.keepsUnknown else { return out.line("self.init()") }
            if !self.message.fields.isEmpty {
                out.line("let raw = wire.assumingMemoryBound(to: \(self.raw).self).pointee")
            }
            out.line("self.init()")
            for field in self.message.fields where field.oneof == nil {
                out.line("self.\(Naming.member(field.name)) = \(self.read(field))")
            }
            for (index, oneof) in self.message.oneofs.enumerated() {
                out.block("switch raw.\(oneof)_case.rawValue {") { out in
                    for field in self.message.fields where field.oneof == index {
                        out.line("case \(field.number):")
                        let member = "self.\(Naming.oneofMember(oneof))"
                        let name = Naming.member(field.name)
                        switch field.kind {
                        case .message: out.line("    \(member) = \(self.read(field)).map { .\(name)($0) }")
                        default: out.line("    \(member) = .\(name)(\(self.read(field)))")
                        }
                    }
                    out.line("default:")
                    out.line("    break")
                }
            }
            if self.keepsUnknown { out.line("self.unknownFields = WireUnknownFields(wire)") }
        }
    }

    private func read(_ field: ProtoField) -> String {
        let source = "raw.\(field.name)"
        let count = "raw.n_\(field.name)"
        switch field.kind {
        case .scalar("Bool", _) where !field.isRepeated: return "\(source) != 0"
        case .scalar where !field.isRepeated: return source
        case .scalar: preconditionFailure("\(field.name): repeated numbers are in none of our proto files")
        case .string where field.isRepeated: return "WireReading.strings(\(source), \(count))"
        case .string: return "WireReading.string(\(source))"
        case .bytes: return "WireReading.bytes(\(source))"
        case .enumeration: return ".init(rawValue: Int32(bitPattern: \(source).rawValue))"
        case .message("google.protobuf.BoolValue"): return "\(source).map { $0.pointee.value != 0 }"
        case .message("google.protobuf.Int64Value"): return "\(source).map { $0.pointee.value }"
        case .message("google.protobuf.Timestamp"):
            return "\(source).map { Timestamp(seconds: $0.pointee.seconds, nanos: $0.pointee.nanos) }"
        case .message(let full):
            if field.isRepeated { return "WireReading.messages(\(source), \(count))" }
            return "\(source).map { \(Naming.swiftType(full, package: self.package))(wire: $0) }"
        case .stringMap:
            let function = field.isSecret ? "secrets" : "map"
            return "WireReading.\(function)(\(source), \(count)) { ($0.key, $0.value) }"
        }
    }

    private func writing(into out: inout SourceText) {
        let signature = "package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {"
        guard !self.message.fields.isEmpty || self.keepsUnknown else { return out.line(signature + "}") }
        out.block(signature) { out in
            if !self.message.fields.isEmpty {
                out.line("let raw = wire.assumingMemoryBound(to: \(self.raw).self)")
            }
            for field in self.message.fields where field.oneof == nil {
                self.write(field, from: "self.\(Naming.member(field.name))", into: &out)
            }
            for (index, oneof) in self.message.oneofs.enumerated() {
                out.block("switch self.\(Naming.oneofMember(oneof)) {") { out in
                    for field in self.message.fields where field.oneof == index {
                        out.line("case .\(Naming.member(field.name))(let value):")
                        out.indented { out in
                            out.line("raw.pointee.\(oneof)_case = .init(rawValue: \(field.number))")
                            self.writeValue(field, value: "value", into: &out)
                        }
                    }
                    out.line("case nil:")
                    out.line("    break")
                }
            }
            if self.keepsUnknown { out.line("self.unknownFields.write(to: wire, arena: arena)") }
        }
    }

    private func write(_ field: ProtoField, from source: String, into out: inout SourceText) {
        let target = "raw.pointee.\(field.name)"
        let place = "\"\(self.message.fullName).\(field.name)\""
        switch field.kind {
        case .message where !field.isRepeated:
            out.block("if let value = \(source) {") { self.writeValue(field, value: "value", into: &$0) }
        case .message(let full):
            out.line("raw.pointee.n_\(field.name) = \(source).count")
            out.line("\(target) = try arena.messages(\(source), as: \(Naming.cType(full)).self)")
        case .string where field.isRepeated:
            out.line("raw.pointee.n_\(field.name) = \(source).count")
            out.line("\(target) = try arena.strings(\(source), \(place))")
        case .stringMap(let entry):
            out.line("raw.pointee.n_\(field.name) = \(source).count")
            out.block("\(target) = try arena.entries(", end: ")") { out in
                out.line("\(source),")
                out.line("in: Self.wireDescriptor,")
                out.line("field: \(field.number),")
                out.line("as: \(Naming.cType(entry)).self,")
                out.line(place)
            }
        default:
            self.writeValue(field, value: source, into: &out)
        }
    }

    private func writeValue(_ field: ProtoField, value: String, into out: inout SourceText) {
        let target = "raw.pointee.\(field.name)"
        switch field.kind {
        case .scalar("Bool", _): out.line("\(target) = \(value) ? 1 : 0")
        case .scalar: out.line("\(target) = \(value)")
        case .string: out.line("\(target) = try arena.string(\(value), \"\(self.message.fullName).\(field.name)\")")
        case .bytes: out.line("(\(target).len, \(target).data) = arena.bytes(\(value))")
        case .enumeration: out.line("\(target) = .init(rawValue: UInt32(bitPattern: \(value).rawValue))")
        case .message(let full):
            guard let google = SwiftFieldType.wellKnown[full] else {
                return out.line("\(target) = try arena.message(\(value), as: \(Naming.cType(full)).self)")
            }
            let arguments = "in: Self.wireDescriptor, field: \(field.number), as: \(Naming.cType(full)).self"
            out.line("let wrapped = arena.structure(\(arguments))")
            switch google {
            case "Bool": out.line("wrapped.pointee.value = \(value) ? 1 : 0")
            case "Timestamp":
                out.line("wrapped.pointee.seconds = \(value).seconds")
                out.line("wrapped.pointee.nanos = \(value).nanos")
            default: out.line("wrapped.pointee.value = \(value)")
            }
            out.line("\(target) = wrapped")
        case .stringMap: preconditionFailure("a map is never in a oneof")
        }
    }
}
