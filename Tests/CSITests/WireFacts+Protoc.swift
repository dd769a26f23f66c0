// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import CSIWire
internal import GoogleWire
internal import Subprocess
internal import SystemPackage

extension WireFacts {
    /// What protoc says of a proto file: it parses it as every other implementation of CSI would have it parsed.
    ///
    /// - Throws: ``ProtocFailure``, or what starting protoc throws.
    init(protoc file: String) async throws {
        let result = try await run(
            .name("protoc"),
            arguments: ["-I\(SourceTree.root.appending("proto"))", "--descriptor_set_out=/dev/stdout", file],
            output: .bytes(limit: 1 << 20),
            error: .string(limit: 1 << 16)
        )
        let bytes = result.standardOutput
        guard result.terminationStatus.isSuccess,
            let set = google__protobuf__file_descriptor_set__unpack(nil, bytes.count, bytes)
        else {
            throw ProtocFailure(words: result.standardError)
        }
        defer { google__protobuf__file_descriptor_set__free_unpacked(set, nil) }
        self.init()
        for raw in elements(set.pointee.file, set.pointee.n_file) { self.add(file: raw) }
    }

    /// protoc could not read the file.
    struct ProtocFailure: Error {
        let words: String
    }

    private mutating func add(file: Google__Protobuf__FileDescriptorProto) {
        let package = ".\(text(file.package))."
        self.add("package \(text(file.package)) syntax \(text(file.syntax))")
        for raw in elements(file.message_type, file.n_message_type) {
            self.add(message: raw, parent: "", package: package)
        }
        for raw in elements(file.enum_type, file.n_enum_type) { self.add(enum: raw, parent: "") }
        for raw in elements(file.extension, file.n_extension) {
            let extendee = text(raw.extendee).dropFirst()
            self.add("extension of \(extendee): \(raw.number) \(text(raw.name)) \(Self.type(raw, package: package))")
        }
        for raw in elements(file.service, file.n_service) { self.add(service: raw, package: package) }
    }

    private mutating func add(message: Google__Protobuf__DescriptorProto, parent: String, package: String) {
        let name = parent + text(message.name)
        self.add("message \(name)" + Self.annotations(message.options?.pointee.base, [1060: "alpha_message"]))
        let nested = elements(message.nested_type, message.n_nested_type)
        let entries = Dictionary(
            uniqueKeysWithValues: nested.filter { $0.options?.pointee.map_entry == 1 }
                .map { entry in ("\(package)\(name).\(text(entry.name))", elements(entry.field, entry.n_field)) }
        )
        let oneofs = elements(message.oneof_decl, message.n_oneof_decl).map { text($0.name) }
        for field in elements(message.field, message.n_field) {
            var words = ["\(field.number)", text(field.name)]
            if let entry = entries[text(field.type_name)] {
                words.append("map<\(entry.map { Self.type($0, package: package) }.joined(separator: ","))>")
            } else {
                // LABEL_REPEATED of descriptor.proto.
                if field.label.rawValue == 3 { words.append("repeated") }
                words.append(Self.type(field, package: package))
            }
            if field.has_oneof_index != 0 { words += ["oneof", oneofs[Int(field.oneof_index)]] }
            let known: [UInt32: String] = [1059: "csi_secret", 1060: "alpha_field"]
            let annotations = Self.annotations(field.options?.pointee.base, known)
            self.add(words.joined(separator: " ") + annotations, of: name)
        }
        for raw in nested where raw.options?.pointee.map_entry != 1 {
            self.add(message: raw, parent: "\(name).", package: package)
        }
        for raw in elements(message.enum_type, message.n_enum_type) { self.add(enum: raw, parent: "\(name).") }
    }

    private mutating func add(enum raw: Google__Protobuf__EnumDescriptorProto, parent: String) {
        let name = parent + text(raw.name)
        self.add("enum \(name)" + Self.annotations(raw.options?.pointee.base, [1060: "alpha_enum"]))
        for value in elements(raw.value, raw.n_value) {
            let annotations = Self.annotations(value.options?.pointee.base, [1060: "alpha_enum_value"])
            self.add("\(value.number) \(text(value.name))" + annotations, of: name)
        }
    }

    private mutating func add(service: Google__Protobuf__ServiceDescriptorProto, package: String) {
        let name = text(service.name)
        self.add("service \(name)" + Self.annotations(service.options?.pointee.base, [1060: "alpha_service"]))
        for method in elements(service.method, service.n_method) {
            let request = (method.client_streaming != 0 ? "stream " : "") + Self.local(method.input_type, package)
            let response = (method.server_streaming != 0 ? "stream " : "") + Self.local(method.output_type, package)
            let annotations = Self.annotations(method.options?.pointee.base, [1060: "alpha_method"])
            self.add("\(text(method.name)) \(request) -> \(response)" + annotations, of: name)
        }
    }

    private static func local(_ name: UnsafeMutablePointer<CChar>?, _ package: String) -> String {
        let name = text(name)
        return String(name.hasPrefix(package) ? name.dropFirst(package.count) : name.dropFirst())
    }

    private static func type(_ field: Google__Protobuf__FieldDescriptorProto, package: String) -> String {
        // FieldDescriptorProto.Type.
        let names: [UInt32: String] = [
            1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool",
            9: "string", 12: "bytes", 13: "uint32", 15: "sfixed32", 16: "sfixed64", 17: "sint32", 18: "sint64",
        ]
        return names[field.type.rawValue] ?? Self.local(field.type_name, package)
    }

    /// The custom options, which reach libprotobuf-c as unknown fields; one that is not known here shows its number.
    private static func annotations(_ base: ProtobufCMessage?, _ names: [UInt32: String]) -> String {
        guard let base, base.n_unknown_fields > 0 else { return "" }
        let set = (0..<Int(base.n_unknown_fields)).map { base.unknown_fields[$0] }
            .filter { $0.len != 1 || $0.data[0] != 0 }
            .map { names[$0.tag] ?? "option \($0.tag)" }
        return set.isEmpty ? "" : " [\(set.sorted().joined(separator: ","))]"
    }
}

private func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

private func elements<Raw>(_ array: UnsafeMutablePointer<UnsafeMutablePointer<Raw>?>?, _ count: Int) -> [Raw] {
    (0..<count).compactMap { array?[$0]?.pointee }
}
