// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC

/// The fields of a decoded message that this version's proto file does not have: what a newer version has written.
///
/// They go back onto the wire behind the known ones, in the order in which they came, so that a process which changes
/// one field of a stored message loses nothing of the others.
package struct WireUnknownFields: Sendable, Hashable {
    /// One field: its number, how it is encoded, and its bytes, the length before them included.
    private struct Field: Sendable, Hashable {
        let number: UInt32
        let wireType: UInt32
        let bytes: [UInt8]
    }

    private var fields: [Field] = []

    /// None.
    package init() {}

    /// Copies those of an unpacked message.
    ///
    /// - Parameter wire: A structure of any message's C type.
    package init(_ wire: UnsafeRawPointer) {
        let message = wire.assumingMemoryBound(to: ProtobufCMessage.self).pointee
        self.fields = (0..<Int(message.n_unknown_fields)).compactMap { index in
            guard let field = message.unknown_fields?[index] else { return nil }
            return Field(
                number: field.tag,
                wireType: field.wire_type.rawValue,
                bytes: Array(UnsafeBufferPointer(start: field.data, count: field.len))
            )
        }
    }

    /// Puts them into a structure of any message's C type.
    ///
    /// - Parameter arena: Where they are allocated; it outlives the structure's use.
    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) {
        guard !self.fields.isEmpty else { return }
        let array = arena.array(of: ProtobufCMessageUnknownField.self, count: self.fields.count)
        for (index, field) in self.fields.enumerated() {
            let (count, data) = arena.bytes(field.bytes)
            (array + index).initialize(
                to: ProtobufCMessageUnknownField(
                    tag: field.number,
                    wire_type: ProtobufCWireType(rawValue: field.wireType),
                    len: count,
                    data: data
                )
            )
        }
        let message = wire.assumingMemoryBound(to: ProtobufCMessage.self)
        message.pointee.n_unknown_fields = UInt32(self.fields.count)
        message.pointee.unknown_fields = array
    }
}
