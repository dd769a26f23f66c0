// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC

/// Decodes messages of one type, within ``WireLimits``.
package struct WireDecoder {
    private let descriptor: WireDescriptor
    private let allocator: UnsafeMutablePointer<ProtobufCAllocator>?

    /// A decoder that takes libprotobuf-c's own allocator.
    package init(descriptor: WireDescriptor) {
        self.descriptor = descriptor
        self.allocator = nil
    }

    /// A decoder with an allocator of the caller's, so that a test can count what is allocated and freed.
    init(descriptor: WireDescriptor, allocator: UnsafeMutablePointer<ProtobufCAllocator>) {
        self.descriptor = descriptor
        self.allocator = allocator
    }

    /// Decodes one message.
    ///
    /// libprotobuf-c checks neither UTF-8 nor NUL nor depth, so ``WireScanner`` walks the bytes first; only what has
    /// passed is unpacked, after ``WireMerger`` where libprotobuf-c would merge wrongly.
    ///
    /// - Throws: ``WireError``.
    package func decode<Message: WireMessage>(
        _ type: Message.Type,
        from bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> Message {
        guard bytes.count <= WireLimits.messageBytes else {
            throw WireError(.tooLarge(bytes: bytes.count), at: Message.fullName)
        }
        var scanner = WireScanner(bytes)
        try scanner.check(self.descriptor, depth: 1)
        guard scanner.needsMerging else { return try self.unpack(type, from: bytes) }
        let result = try WireMerger.merged(bytes, self.descriptor).withUnsafeBytes { merged in
            Result { () throws(WireError) in try self.unpack(type, from: merged) }
        }
        return try result.get()
    }

    private func unpack<Message: WireMessage>(
        _ type: Message.Type,
        from bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> Message {
        // An empty buffer may have no address; libprotobuf-c wants one.
        var nothing: UInt8 = 0
        let unpacked = withUnsafeMutablePointer(to: &nothing) { spare in
            protobuf_c_message_unpack(
                self.descriptor.pointer,
                self.allocator,
                bytes.count,
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(spare)
            )
        }
        guard let unpacked else {
            throw WireError(.malformed, at: Message.fullName)
        }
        defer { protobuf_c_message_free_unpacked(unpacked, self.allocator) }
        return Message(wire: UnsafeRawPointer(unpacked))
    }
}
