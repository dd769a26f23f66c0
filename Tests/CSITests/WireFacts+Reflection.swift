// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import CSIWire
internal import GoogleWire
internal import ProtobufC

extension WireFacts {
    /// What the descriptions say that are linked into the product, by which every byte is read and written.
    init(messages: [any WireMessage.Type], services: [ProtobufCServiceDescriptor], package: String) {
        self.init()
        for type in messages { self.add(message: type.wireDescriptor, package: "\(package).") }
        for service in services { self.add(service: service, package: "\(package).") }
    }

    private mutating func add(message: WireDescriptor, package: String) {
        let name = Self.local(message.pointer.pointee.name, package)
        self.add("message \(name)")
        for index in 0..<Int(message.pointer.pointee.n_fields) {
            let field = message.pointer.pointee.fields[index]
            var words = ["\(field.id)", String(cString: field.name)]
            if let entry = Self.mapTypes(field, of: message, package: package) {
                words.append("map<\(entry.joined(separator: ","))>")
            } else {
                if field.label == PROTOBUF_C_LABEL_REPEATED { words.append("repeated") }
                words.append(Self.type(field, package: package))
            }
            if field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 { words.append("oneof") }
            self.add(words.joined(separator: " "), of: name)
            if field.type == PROTOBUF_C_TYPE_ENUM, let raw = field.descriptor {
                self.add(enum: raw.assumingMemoryBound(to: ProtobufCEnumDescriptor.self).pointee, package: package)
            }
        }
    }

    private mutating func add(enum raw: ProtobufCEnumDescriptor, package: String) {
        let name = Self.local(raw.name, package)
        self.add("enum \(name)")
        for index in 0..<Int(raw.n_values) {
            self.add("\(raw.values[index].value) \(String(cString: raw.values[index].name))", of: name)
        }
    }

    private mutating func add(service: ProtobufCServiceDescriptor, package: String) {
        let name = Self.local(service.name, package)
        self.add("service \(name)")
        for index in 0..<Int(service.n_methods) {
            let method = service.methods[index]
            let request = Self.local(method.input.pointee.name, package)
            let response = Self.local(method.output.pointee.name, package)
            self.add("\(String(cString: method.name)) \(request) -> \(response)", of: name)
        }
    }

    /// The types of a map's key and value. C knows a map only as a repeated message "….SecretsEntry" for `secrets`.
    private static func mapTypes(
        _ field: ProtobufCFieldDescriptor,
        of message: WireDescriptor,
        package: String
    ) -> [String]? {
        guard field.label == PROTOBUF_C_LABEL_REPEATED, field.type == PROTOBUF_C_TYPE_MESSAGE else { return nil }
        let entry = message.message(in: field.id)
        let camel = String(cString: field.name).split(separator: "_")
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        guard entry.name == "\(message.name).\(camel)Entry", let key = entry.field(1), let value = entry.field(2) else {
            return nil
        }
        return [key, value].map { Self.type($0.pointee, package: package) }
    }

    private static func local(_ name: UnsafePointer<CChar>, _ package: String) -> String {
        let name = String(cString: name)
        return name.hasPrefix(package) ? String(name.dropFirst(package.count)) : name
    }

    private static func type(_ field: ProtobufCFieldDescriptor, package: String) -> String {
        switch field.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            guard let raw = field.descriptor else { return "message without description" }
            return Self.local(raw.assumingMemoryBound(to: ProtobufCMessageDescriptor.self).pointee.name, package)
        case PROTOBUF_C_TYPE_ENUM:
            guard let raw = field.descriptor else { return "enum without description" }
            return Self.local(raw.assumingMemoryBound(to: ProtobufCEnumDescriptor.self).pointee.name, package)
        case PROTOBUF_C_TYPE_INT32: return "int32"
        case PROTOBUF_C_TYPE_INT64: return "int64"
        case PROTOBUF_C_TYPE_UINT32: return "uint32"
        case PROTOBUF_C_TYPE_UINT64: return "uint64"
        case PROTOBUF_C_TYPE_BOOL: return "bool"
        case PROTOBUF_C_TYPE_STRING: return "string"
        case PROTOBUF_C_TYPE_BYTES: return "bytes"
        default: return "libprotobuf-c's type \(field.type.rawValue)"
        }
    }
}
