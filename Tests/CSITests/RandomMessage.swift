// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
internal import CSIWire
internal import GoogleWire
internal import ProtobufC
internal import TestSupport

/// Makes random messages of any type in their encoded form, from libprotobuf-c's description alone: neither our
/// decoder nor our encoder has a part in it.
struct RandomMessage {
    /// How the same message is written.
    enum Form {
        /// As protobuf's own encoders write: fields and map keys in ascending order, no default values, nothing unknown.
        case canonical
        /// As an encoder may: fields and map entries in any order, defaults written out, unknown fields between them.
        case odd
    }

    private var generator: SeededGenerator

    /// Messages of a seed.
    init(seed: UInt64) {
        self.generator = SeededGenerator(seed: seed)
    }

    /// One message of the type.
    mutating func bytes(_ descriptor: WireDescriptor, as form: Form, depth: Int = 0) -> [UInt8] {
        var records: [[UInt8]] = []
        // One field of a oneof, chosen when its first member is met.
        var chosen: [UInt32: UInt32] = [:]
        for index in 0..<Int(descriptor.pointer.pointee.n_fields) {
            let field = descriptor.pointer.pointee.fields[index]
            if field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 {
                let members = self.members(of: descriptor, oneofAt: field.quantifier_offset)
                let member = chosen[field.quantifier_offset] ?? members.randomElement(using: &self.generator)
                chosen[field.quantifier_offset] = member
                guard member == field.id, !self.generator.isOne(in: 5) else { continue }
            } else if self.generator.isOne(in: 4) {
                continue
            }
            records += self.records(of: field, in: descriptor, as: form, depth: depth)
        }
        if form == .odd {
            // Only the order between the values of one repeated field says something.
            records = self.shuffledKeepingFields(records)
            for _ in 0..<Int.random(in: 0...2, using: &self.generator) {
                records.insert(self.unknownField(), at: Int.random(in: 0...records.count, using: &self.generator))
            }
        }
        return records.flatMap { $0 }
    }

    private func members(of descriptor: WireDescriptor, oneofAt offset: UInt32) -> [UInt32] {
        (0..<Int(descriptor.pointer.pointee.n_fields)).map { descriptor.pointer.pointee.fields[$0] }
            .filter { $0.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 && $0.quantifier_offset == offset }
            .map(\.id)
    }

    private mutating func records(
        of field: ProtobufCFieldDescriptor,
        in descriptor: WireDescriptor,
        as form: Form,
        depth: Int
    ) -> [[UInt8]] {
        let isOneof = field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
        guard field.label == PROTOBUF_C_LABEL_REPEATED else {
            let value = self.value(of: field, in: descriptor, as: form, depth: depth)
            // proto3's encoders leave a default out, except of a oneof and of messages, whose presence says something.
            let hasPresence = isOneof || field.type == PROTOBUF_C_TYPE_MESSAGE
            return value.isDefault && !hasPresence && form == .canonical ? [] : [value.record]
        }
        let count = Int.random(in: 0...(depth > 3 ? 1 : 3), using: &self.generator)
        if field.type == PROTOBUF_C_TYPE_MESSAGE, Self.isMapEntry(field, of: descriptor) {
            return self.entries(count, of: field, as: form)
        }
        return (0..<count).map { _ in self.value(of: field, in: descriptor, as: form, depth: depth).record }
    }

    /// Whether a repeated message is a `map<string, string>`: all that our proto files have.
    static func isMapEntry(_ field: ProtobufCFieldDescriptor, of descriptor: WireDescriptor) -> Bool {
        descriptor.message(in: field.id).name.hasPrefix("\(descriptor.name).")
            && descriptor.message(in: field.id).name.hasSuffix("Entry")
            && descriptor.message(in: field.id).field(1).map { String(cString: $0.pointee.name) } == "key"
    }

    private mutating func entries(_ count: Int, of field: ProtobufCFieldDescriptor, as form: Form) -> [[UInt8]] {
        let keys = Set((0..<count).map { _ in RandomText.text(&self.generator) })
        let ordered = form == .odd ? keys.shuffled(using: &self.generator) : keys.sorted()
        return ordered.map { key in
            let value = RandomText.text(&self.generator)
            var parts: [[UInt8]] = []
            if !key.isEmpty || form == .odd { parts.append(WireBytes.delimited(1, Array(key.utf8))) }
            if !value.isEmpty || form == .odd { parts.append(WireBytes.delimited(2, Array(value.utf8))) }
            if form == .odd { parts.shuffle(using: &self.generator) }
            return WireBytes.delimited(field.id, parts.flatMap { $0 })
        }
    }

    private mutating func value(
        of field: ProtobufCFieldDescriptor,
        in descriptor: WireDescriptor,
        as form: Form,
        depth: Int
    ) -> (record: [UInt8], isDefault: Bool) {
        switch field.type {
        case PROTOBUF_C_TYPE_STRING:
            let text = RandomText.text(&self.generator)
            return (WireBytes.delimited(field.id, Array(text.utf8)), text.isEmpty)
        case PROTOBUF_C_TYPE_BYTES:
            let bytes = (0..<Int.random(in: 0...40, using: &self.generator)).map { _ in
                UInt8.random(in: 0...255, using: &self.generator)
            }
            return (WireBytes.delimited(field.id, bytes), bytes.isEmpty)
        case PROTOBUF_C_TYPE_MESSAGE:
            let inner = self.bytes(descriptor.message(in: field.id), as: form, depth: depth + 1)
            return (WireBytes.delimited(field.id, inner), false)
        case PROTOBUF_C_TYPE_BOOL:
            let bit: UInt64 = self.generator.isOne(in: 3) ? 0 : 1
            return (WireBytes.varint(field.id, bit), bit == 0)
        case PROTOBUF_C_TYPE_ENUM, PROTOBUF_C_TYPE_INT32:
            // Enums too: whether a number has a name is nothing to the wire. Negative ones are sign-extended.
            let small = self.generator.isOne(in: 2)
            let number = small ? Int32.random(in: -1...8, using: &self.generator) : self.edge(Int32.self)
            return (WireBytes.varint(field.id, UInt64(bitPattern: Int64(number))), number == 0)
        case PROTOBUF_C_TYPE_UINT32:
            let number = self.edge(UInt32.self)
            return (WireBytes.varint(field.id, UInt64(number)), number == 0)
        case PROTOBUF_C_TYPE_INT64:
            let number = self.edge(Int64.self)
            return (WireBytes.varint(field.id, UInt64(bitPattern: number)), number == 0)
        case PROTOBUF_C_TYPE_UINT64:
            let number = self.edge(UInt64.self)
            return (WireBytes.varint(field.id, number), number == 0)
        default:
            preconditionFailure("\(descriptor.name) has a field of a type that no proto file of ours had before")
        }
    }

    private mutating func edge<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
        let edges: [Number] = [0, 1, 127, .max, .min, .max - 1]
        return self.generator.isOne(in: 2)
            ? edges.randomElement(using: &self.generator) ?? 0
            : Number.random(in: .min ... .max, using: &self.generator)
    }

    /// Changes the order of the fields, but not that between records of one field.
    private mutating func shuffledKeepingFields(_ records: [[UInt8]]) -> [[UInt8]] {
        var waiting = Dictionary(grouping: records.reversed()) { WireBytes.fieldNumber($0) }
        return records.map { WireBytes.fieldNumber($0) }.shuffled(using: &self.generator).compactMap { number in
            waiting[number]?.popLast()
        }
    }

    /// A field that no message of ours has, of any wire type.
    private mutating func unknownField() -> [UInt8] {
        let number = UInt32.random(in: 5000...0x1FFF_FFFF, using: &self.generator)
        switch Int.random(in: 0...3, using: &self.generator) {
        case 0: return WireBytes.varint(number, self.edge(UInt64.self))
        case 1: return WireBytes.tag(number, 1) + [1, 0, 0, 0, 0, 0, 0, 0x80]
        case 2: return WireBytes.tag(number, 5) + [0xFF, 0, 0, 0xFF]
        default: return WireBytes.delimited(number, [0xFF, 0, 0xC0])
        }
    }
}
