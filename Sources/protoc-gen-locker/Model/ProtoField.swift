// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import GoogleWire

/// One field of a message.
struct ProtoField {
    /// What a field holds, as far as the generated code differs.
    enum Kind {
        case scalar(swift: String, zero: String)
        case string
        case bytes
        /// A full name without the leading dot.
        case enumeration(String)
        case message(String)
        /// A `map<string, string>`: the C name of the entry follows from the message's and the field's.
        case stringMap(entry: String)
    }

    let name: String
    let number: UInt32
    let kind: Kind
    let isRepeated: Bool
    /// The index of the oneof that the field belongs to.
    let oneof: Int?
    /// Whether csi_secret (option 1059) marks the field.
    let isSecret: Bool
    let comment: [String]

    init(_ raw: Google__Protobuf__FieldDescriptorProto, mapEntries: Set<String>, comment: [String]) {
        self.name = text(raw.name)
        self.number = UInt32(bitPattern: raw.number)
        let typeName = text(raw.type_name)
        let isMap = mapEntries.contains(typeName)
        let label = Int32(bitPattern: raw.label.rawValue)
        self.isRepeated = label == 3 && !isMap
        self.kind = isMap ? .stringMap(entry: String(typeName.dropFirst())) : Self.kind(raw, typeName)
        self.oneof = raw.has_oneof_index != 0 ? Int(raw.oneof_index) : nil
        self.isSecret = Self.marksSecret(raw.options)
        self.comment = comment
    }

    /// The types by their numbers in FieldDescriptorProto.Type.
    private static func kind(_ raw: Google__Protobuf__FieldDescriptorProto, _ typeName: String) -> Kind {
        switch raw.type.rawValue {
        case 1: .scalar(swift: "Double", zero: "0")
        case 2: .scalar(swift: "Float", zero: "0")
        case 3, 16, 18: .scalar(swift: "Int64", zero: "0")
        case 4, 6: .scalar(swift: "UInt64", zero: "0")
        case 5, 15, 17: .scalar(swift: "Int32", zero: "0")
        case 7, 13: .scalar(swift: "UInt32", zero: "0")
        case 8: .scalar(swift: "Bool", zero: "false")
        case 9: .string
        case 11: .message(String(typeName.dropFirst()))
        case 12: .bytes
        case 14: .enumeration(String(typeName.dropFirst()))
        default: preconditionFailure("field \(text(raw.name)): groups are not proto3")
        }
    }

    /// Custom options reach libprotobuf-c as unknown fields of FieldOptions.
    private static func marksSecret(_ options: UnsafeMutablePointer<Google__Protobuf__FieldOptions>?) -> Bool {
        guard let base = options?.pointee.base else { return false }
        return (0..<Int(base.n_unknown_fields)).contains { index in
            let field = base.unknown_fields[index]
            return field.tag == 1059 && field.len == 1 && field.data[0] == 1
        }
    }
}
