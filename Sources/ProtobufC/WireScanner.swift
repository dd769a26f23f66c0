// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC

/// Walks encoded bytes along a message's description and refuses what libprotobuf-c would let pass.
///
/// It looks at nothing but texts and nesting: whether the rest is well-formed is libprotobuf-c's to say, though bytes
/// that cannot even be walked are refused here already.
struct WireScanner {
    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    private var end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.position = 0
        self.end = bytes.count
    }

    /// Checks the bytes up to the end of the present message.
    ///
    /// - Parameter depth: How many messages this one is nested in, itself included.
    mutating func check(_ descriptor: WireDescriptor, depth: Int) throws(WireError) {
        guard depth <= WireLimits.nesting else {
            throw WireError(.nestedTooDeep, at: descriptor.name)
        }
        while self.position < self.end {
            guard let tag = self.varint(), tag >> 3 != 0, tag >> 3 <= 0x1FFF_FFFF else {
                throw WireError(.malformed, at: descriptor.name)
            }
            switch tag & 7 {
            case 0:
                guard self.varint() != nil else { throw WireError(.malformed, at: descriptor.name) }
            case 1:
                try self.skip(8, in: descriptor)
            case 5:
                try self.skip(4, in: descriptor)
            case 2:
                try self.checkDelimited(field: UInt32(tag >> 3), of: descriptor, depth: depth)
            default:
                // Groups: proto3 has none, and libprotobuf-c refuses them too.
                throw WireError(.malformed, at: descriptor.name)
            }
        }
    }

    private mutating func checkDelimited(
        field number: UInt32,
        of descriptor: WireDescriptor,
        depth: Int
    ) throws(WireError) {
        guard let length = self.varint(), length <= UInt64(self.end - self.position) else {
            throw WireError(.malformed, at: descriptor.name)
        }
        let start = self.position
        let stop = start + Int(length)
        guard let field = descriptor.field(number) else {
            self.position = stop
            return
        }
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_STRING:
            try self.checkText(start..<stop, field: field, of: descriptor)
        case PROTOBUF_C_TYPE_MESSAGE:
            let outer = self.end
            self.end = stop
            try self.check(descriptor.message(in: number), depth: depth + 1)
            self.end = outer
        default:
            break
        }
        self.position = stop
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

    private mutating func skip(_ count: Int, in descriptor: WireDescriptor) throws(WireError) {
        guard self.end - self.position >= count else { throw WireError(.malformed, at: descriptor.name) }
        self.position += count
    }

    /// A varint of at most ten bytes; nil when the bytes end before it does.
    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while self.position < self.end, shift < 70 {
            let byte = self.bytes[self.position]
            self.position += 1
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
