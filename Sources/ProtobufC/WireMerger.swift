// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC

/// Joins the parts of a message field that occurs more than once, as protobuf wants two of them read as one.
///
/// libprotobuf-c 1.4 loses proto3's numbers when it merges two such parts, and keeps only the last one in a oneof.
/// Protobuf defines the merge as what the two encodings give when they stand one after the other, which is what is done
/// here. Only bytes that ``WireScanner`` has accepted, and in which it has seen such a field, are worth the copy.
struct WireMerger {
    /// One field on its way to the output.
    private struct Record {
        let number: UInt32
        /// The description of the message that the field holds; nil for every other field.
        let message: WireDescriptor?
        /// All bytes of a field without a message; the payload alone of one with.
        var bytes: [UInt8]
    }

    private let descriptor: WireDescriptor
    private var records: [Record?] = []
    /// Where in `records` a message field is that is not repeated.
    private var places: [UInt32: Int] = [:]
    /// The place of the field that was set last in a oneof, by the offset of the oneof's case in the C structure.
    private var oneofs: [UInt32: Int] = [:]

    private init(_ descriptor: WireDescriptor) {
        self.descriptor = descriptor
    }

    /// The same message in bytes that hold each message field that is not repeated once.
    static func merged(_ bytes: UnsafeRawBufferPointer, _ descriptor: WireDescriptor) throws(WireError) -> [UInt8] {
        var merger = WireMerger(descriptor)
        var reader = WireCursor(bytes)
        while !reader.isAtEnd {
            let start = reader.position
            guard let tag = reader.varint(), let payload = reader.skipValue(wireType: UInt8(tag & 7)) else {
                throw WireError(.malformed, at: descriptor.name)
            }
            let whole = UnsafeRawBufferPointer(rebasing: bytes[start..<reader.position])
            let part = tag & 7 == 2 ? UnsafeRawBufferPointer(rebasing: bytes[payload]) : nil
            merger.add(UInt32(tag >> 3), whole: whole, payload: part)
        }
        return try merger.output()
    }

    /// Takes one field: its bytes, and what stands after its length if it has one.
    private mutating func add(_ number: UInt32, whole: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer?) {
        guard let field = self.descriptor.field(number)?.pointee else {
            // Unknown: kept, so that what libprotobuf-c refuses in it stays refused.
            self.records.append(Record(number: number, message: nil, bytes: Array(whole)))
            return
        }
        // A message field of another wire type stays as it is: libprotobuf-c refuses it.
        let part = field.type == PROTOBUF_C_TYPE_MESSAGE ? payload : nil
        let isSingular = field.label != PROTOBUF_C_LABEL_REPEATED
        let isOneof = field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
        if isOneof, let former = self.oneofs[field.quantifier_offset], let record = self.records[former],
            record.number != number
        {
            // Another field of the oneof takes its place, and nothing of it comes back.
            self.records[former] = nil
            self.places[record.number] = nil
        }
        if let part, isSingular, let place = self.places[number] {
            self.records[place]?.bytes += part
            return
        }
        if part != nil, isSingular { self.places[number] = self.records.count }
        if isOneof { self.oneofs[field.quantifier_offset] = self.records.count }
        let message = part.map { _ in self.descriptor.message(in: number) }
        self.records.append(Record(number: number, message: message, bytes: Array(part ?? whole)))
    }

    private func output() throws(WireError) -> [UInt8] {
        var output: [UInt8] = []
        for case let record? in self.records {
            guard let message = record.message else {
                output += record.bytes
                continue
            }
            let result = record.bytes.withUnsafeBytes { bytes in
                Result { () throws(WireError) in try Self.merged(bytes, message) }
            }
            let inner = try result.get()
            Self.append(UInt64(record.number) << 3 | 2, to: &output)
            Self.append(UInt64(inner.count), to: &output)
            output += inner
        }
        return output
    }

    private static func append(_ varint: UInt64, to output: inout [UInt8]) {
        var rest = varint
        while rest > 0x7F {
            output.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }
}
