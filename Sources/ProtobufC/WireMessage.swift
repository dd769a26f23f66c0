// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A Swift value that stands for one protobuf message type and goes over the wire through libprotobuf-c.
///
/// protoc-gen-locker writes the conformances. A value copies everything out of libprotobuf-c's structures, so it owns
/// no C memory and may go anywhere.
package protocol WireMessage: Sendable, Hashable {
    /// The message's full name in its proto file: "csi.v1.CreateVolumeRequest".
    static var fullName: String { get }

    /// libprotobuf-c's description of the message.
    static var wireDescriptor: WireDescriptor { get }

    /// Copies the value out of the C structure that `wire` points to.
    ///
    /// - Parameter wire: An unpacked structure of this message's C type; it is only read, and not kept.
    init(wire: UnsafeRawPointer)

    /// Writes the value into a C structure.
    ///
    /// - Parameters:
    ///   - wire: A structure of this message's C type that `protobuf_c_message_init` has initialised.
    ///   - arena: Where everything that the structure points to is allocated; it outlives the structure's use.
    /// - Throws: ``WireError`` when a text cannot be written.
    func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError)
}

extension WireMessage {
    /// Decodes a message.
    ///
    /// Unknown fields are ignored, as proto3 asks; unknown enum values survive.
    ///
    /// - Parameter bytes: The encoded message, of at most ``WireLimits/messageBytes`` bytes.
    /// - Throws: ``WireError`` when the bytes are not a message of this type, or exceed ``WireLimits``.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        // Typed throws do not pass through withUnsafeBytes' closure in every overload: carry the result out instead.
        let result = bytes.withUnsafeBytes { buffer in Result { () throws(WireError) in try Self(decoding: buffer) } }
        self = try result.get()
    }

    /// Decodes a message from memory that it does not keep.
    ///
    /// - Parameter bytes: The encoded message.
    /// - Throws: ``WireError``, as the initialiser for arrays does.
    package init(decoding bytes: UnsafeRawBufferPointer) throws(WireError) {
        self = try WireDecoder(descriptor: Self.wireDescriptor).decode(Self.self, from: bytes)
    }

    /// The encoded message; the same value always gives the same bytes (map entries in the order of their keys).
    ///
    /// - Throws: ``WireError`` when a text holds a NUL, which libprotobuf-c would cut.
    package func encoded() throws(WireError) -> [UInt8] {
        let arena = WireArena()
        let wire = try arena.message(self)
        return arena.packed(wire)
    }
}
