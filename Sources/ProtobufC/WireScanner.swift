// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC

/// Walks encoded bytes along a message's description and refuses what libprotobuf-c would let pass.
///
/// It looks at nothing but texts and nesting: whether the rest is well-formed is libprotobuf-c's to say, though bytes
/// that cannot even be walked are refused here already.
struct WireScanner {
    private let bytes: UnsafeRawBufferPointer
    private var cursor: WireCursor

    /// Whether a message field that is not repeated occurs twice, so that ``WireMerger`` has to join the two.
    private(set) var needsMerging = false

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.cursor = WireCursor(bytes)
    }

    /// Checks the bytes up to the end of the present message.
    ///
    /// - Parameter depth: How many messages this one is nested in, itself included.
    mutating func check(_ descriptor: WireDescriptor, depth: Int) throws(WireError) {
        guard depth <= WireLimits.nesting else {
            throw WireError(.nestedTooDeep, at: descriptor.name)
        }
        // One bit a field of the description; those past 63 share the last, which costs a needless merge at most.
        var seen: UInt64 = 0
        while !self.cursor.isAtEnd {
            guard let tag = self.cursor.varint(), tag >> 3 != 0, tag >> 3 <= 0x1FFF_FFFF,
                let payload = self.cursor.skipValue(wireType: UInt8(tag & 7))
            else {
                throw WireError(.malformed, at: descriptor.name)
            }
            guard tag & 7 == 2, let field = descriptor.field(UInt32(tag >> 3)) else { continue }
            switch field.pointee.type {
            case PROTOBUF_C_TYPE_STRING:
                try self.checkText(payload, field: field, of: descriptor)
            case PROTOBUF_C_TYPE_MESSAGE:
                if field.pointee.label != PROTOBUF_C_LABEL_REPEATED {
                    let bit = UInt64(1) << UInt64(min(field - descriptor.pointer.pointee.fields, 63))
                    if seen & bit != 0 { self.needsMerging = true }
                    seen |= bit
                }
                try self.checkNested(payload, descriptor.message(in: UInt32(tag >> 3)), depth: depth + 1)
            default:
                break
            }
        }
    }

    private mutating func checkNested(
        _ payload: Range<Int>,
        _ descriptor: WireDescriptor,
        depth: Int
    ) throws(WireError) {
        let outer = self.cursor.end
        self.cursor.move(to: payload.lowerBound)
        self.cursor.end = payload.upperBound
        try self.check(descriptor, depth: depth)
        self.cursor.end = outer
    }

    private func checkText(
        _ range: Range<Int>,
        field: UnsafePointer<ProtobufCFieldDescriptor>,
        of descriptor: WireDescriptor
    ) throws(WireError) {
        let text = UnsafeRawBufferPointer(rebasing: self.bytes[range])
        let place = { "\(descriptor.name).\(String(cString: field.pointee.name))" }
        guard !text.contains(0) else { throw WireError(.embeddedNUL, at: place()) }
        guard String(validating: text, as: UTF8.self) != nil else { throw WireError(.invalidUTF8, at: place()) }
    }
}
