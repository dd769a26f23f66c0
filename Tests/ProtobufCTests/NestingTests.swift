// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GoogleWire
internal import ProtobufC
internal import Testing

/// The limit on nesting, with the one message at hand that may nest without end: no message of CSI holds itself.
@Suite(.timeLimit(.minutes(1)))
struct NestingTests {
    /// google.protobuf.DescriptorProto, of which only the nested types are kept.
    struct Nested: WireMessage, Hashable {
        static let fullName = "google.protobuf.DescriptorProto"
        static let wireDescriptor = WireDescriptor(google__protobuf__descriptor_proto__init)

        let inner: [Nested]

        init(wire: UnsafeRawPointer) {
            let raw = wire.assumingMemoryBound(to: Google__Protobuf__DescriptorProto.self).pointee
            self.inner = WireReading.messages(raw.nested_type, raw.n_nested_type)
        }

        func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
            let raw = wire.assumingMemoryBound(to: Google__Protobuf__DescriptorProto.self)
            raw.pointee.n_nested_type = self.inner.count
            raw.pointee.nested_type = try arena.messages(self.inner, as: Google__Protobuf__DescriptorProto.self)
        }

        var depth: Int {
            1 + (self.inner.map(\.depth).max() ?? 0)
        }
    }

    /// Messages nested in one another; field 3 is `nested_type`.
    private func bytes(depth: Int) -> [UInt8] {
        (1..<depth).reduce([]) { inner, _ in Encoded.delimited(3, inner) }
    }

    @Test("64 messages in one another are read")
    func allowed() throws {
        let bytes = self.bytes(depth: WireLimits.nesting)
        let message = try Nested(decoding: bytes)
        #expect(message.depth == 64)
        let encoded = try message.encoded()
        #expect(encoded == bytes)
    }

    @Test("deeper ones are refused, however deep", arguments: [65, 66, 1000, 100_000])
    func refused(depth: Int) {
        #expect(throws: WireError(.nestedTooDeep, at: "google.protobuf.DescriptorProto")) {
            try Nested(decoding: self.bytes(depth: depth))
        }
    }

    @Test("what is nested in an unknown field is not looked at, so it costs nothing")
    func unknown() throws {
        let message = try Nested(decoding: Encoded.delimited(15, self.bytes(depth: 200)))
        #expect(message.inner.isEmpty)
    }

    @Test("parts of one field are joined at every depth", arguments: [1, 10, 60])
    func joined(depth: Int) throws {
        // Field 7 is `options`, which is not repeated: it goes through WireMerger, below it anything may nest.
        let inner = self.bytes(depth: depth)
        let bytes = Encoded.delimited(7, []) + Encoded.delimited(3, inner) + Encoded.delimited(7, Encoded.number(3, 1))
        let message = try Nested(decoding: bytes)
        #expect(message.depth == depth + 1)
    }
}
