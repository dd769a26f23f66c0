// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GoogleWire

/// One message type with everything nested in it; map entries are folded into their fields.
struct ProtoMessage {
    let name: String
    /// "csi.v1.VolumeCapability.AccessMode", without the leading dot.
    let fullName: String
    let fields: [ProtoField]
    /// The names of the oneofs, in order.
    let oneofs: [String]
    let messages: [ProtoMessage]
    let enums: [ProtoEnum]
    let comment: [String]

    init(_ raw: Google__Protobuf__DescriptorProto, parent: String, path: [Int32], comments: ProtoComments) {
        let name = text(raw.name)
        let fullName = parent.isEmpty ? name : "\(parent).\(name)"
        self.name = name
        self.fullName = fullName
        self.comment = comments.lines(path)
        self.oneofs = elements(raw.oneof_decl, raw.n_oneof_decl).map { text($0.name) }
        let nested = elements(raw.nested_type, raw.n_nested_type)
        let entries = Set(nested.filter(Self.isMapEntry).map { ".\(fullName).\(text($0.name))" })
        self.fields = elements(raw.field, raw.n_field).enumerated().map { index, field in
            ProtoField(field, mapEntries: entries, comment: comments.lines(path + [2, Int32(index)]))
        }
        self.messages = nested.enumerated().filter { !Self.isMapEntry($0.element) }.map { index, message in
            ProtoMessage(message, parent: fullName, path: path + [3, Int32(index)], comments: comments)
        }
        self.enums = elements(raw.enum_type, raw.n_enum_type).enumerated().map { index, value in
            ProtoEnum(value, parent: fullName, path: path + [4, Int32(index)], comments: comments)
        }
    }

    private static func isMapEntry(_ raw: Google__Protobuf__DescriptorProto) -> Bool {
        raw.options?.pointee.map_entry == 1
    }
}
