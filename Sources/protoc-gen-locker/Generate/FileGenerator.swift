// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Writes the Swift files for one proto file: one a top-level message or enum, one a service.
struct FileGenerator {
    /// A generated file.
    struct Generated {
        let name: String
        let content: String
    }

    let file: ProtoFile
    /// The C target with protoc-c's output.
    let wire: String
    /// Whether messages keep the fields that they do not know.
    let keepsUnknown: Bool

    func files() -> [Generated] {
        let messages = self.file.messages.map { message in
            let generator = MessageGenerator(package: self.file.package, keepsUnknown: self.keepsUnknown)
            var body = SourceText()
            generator.type(message, into: &body)
            generator.conformances(message, into: &body)
            return self.generated(message.name, imports: self.imports(message), body: body)
        }
        let enums = self.file.enums.map { value in
            var body = SourceText()
            EnumGenerator.type(value, into: &body)
            return self.generated(value.name, imports: ["internal import ProtobufC"], body: body)
        }
        let services = self.file.services.map { service in
            var body = SourceText()
            ServiceGenerator(package: self.file.package).service(service, into: &body)
            let imports = ["package import GRPCCore", "internal import GRPCWire"]
            return self.generated("\(service.name)Service", imports: imports, body: body)
        }
        return messages + enums + services
    }

    private func imports(_ message: ProtoMessage) -> [String] {
        let fields = Self.allFields(message)
        var imports = ["internal import \(self.wire)", "package import ProtobufC"]
        if fields.contains(where: { if case .message(let name) = $0.kind { name.hasPrefix("google.") } else { false } })
        {
            imports.append("internal import GoogleWire")
        }
        if fields.contains(where: \.isSecret) { imports.append("package import Redaction") }
        return imports.sorted { $0.split(separator: " ")[2] < $1.split(separator: " ")[2] }
    }

    private static func allFields(_ message: ProtoMessage) -> [ProtoField] {
        message.fields + message.messages.flatMap(self.allFields)
    }

    private func generated(_ name: String, imports: [String], body: SourceText) -> Generated {
        let head = """
            // SPDX-License-Identifier: Apache-2.0
            // SPDX-FileCopyrightText: The Locker authors
            //
            // Written by protoc-gen-locker from \(self.file.name): change that file and run `make proto`.

            \(imports.joined(separator: "\n"))


            """
        return Generated(name: "\(name).swift", content: head + body.text)
    }
}
