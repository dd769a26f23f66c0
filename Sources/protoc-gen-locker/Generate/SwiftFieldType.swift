// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The Swift type of a field.
struct SwiftFieldType {
    /// The property's type: `[Topology]`, `CapacityRange?`.
    let name: String
    /// The type of one value, as a oneof's payload has it.
    let payload: String
    /// The default, as Swift writes it.
    let initial: String

    init(_ field: ProtoField, package: String) {
        switch field.kind {
        case .scalar(let swift, let zero):
            self.payload = swift
            self.name = field.isRepeated ? "[\(swift)]" : swift
            self.initial = field.isRepeated ? "[]" : zero
        case .string:
            self.payload = "String"
            self.name = field.isRepeated ? "[String]" : "String"
            self.initial = field.isRepeated ? "[]" : "\"\""
        case .bytes:
            self.payload = "[UInt8]"
            self.name = field.isRepeated ? "[[UInt8]]" : "[UInt8]"
            self.initial = "[]"
        case .enumeration(let full):
            let type = Naming.swiftType(full, package: package)
            self.payload = type
            self.name = field.isRepeated ? "[\(type)]" : type
            self.initial = field.isRepeated ? "[]" : ".init(rawValue: 0)"
        case .message(let full):
            let type = Self.wellKnown[full] ?? Naming.swiftType(full, package: package)
            self.payload = type
            self.name = field.isRepeated ? "[\(type)]" : "\(type)?"
            self.initial = field.isRepeated ? "[]" : "nil"
        case .stringMap:
            self.payload = field.isSecret ? "[String: Secret]" : "[String: String]"
            self.name = self.payload
            self.initial = "[:]"
        }
    }

    /// google.protobuf's wrappers are optional values in Swift.
    static let wellKnown = [
        "google.protobuf.BoolValue": "Bool",
        "google.protobuf.Int64Value": "Int64",
        "google.protobuf.Timestamp": "Timestamp",
    ]
}
