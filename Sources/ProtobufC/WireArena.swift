// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CProtobufC
package import Redaction

/// The memory of one message while it is encoded: structures, texts and arrays, all freed together at the end.
///
/// Confined to the call that encodes: it is not Sendable and nothing that it gives out outlives it.
package final class WireArena {
    private typealias CString = UnsafeMutablePointer<CChar>

    private static let chunkBytes = 4096
    private static let alignment = 16

    private var chunks: [UnsafeMutableRawPointer] = []
    private var next: UnsafeMutableRawPointer?
    private var left = 0

    /// An empty arena.
    package init() {}

    deinit {
        for chunk in self.chunks { chunk.deallocate() }
    }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        let rounded = (size + Self.alignment - 1) & ~(Self.alignment - 1)
        if rounded > self.left || self.next == nil {
            let bytes = max(rounded, Self.chunkBytes)
            let chunk = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
            self.chunks.append(chunk)
            self.next = chunk
            self.left = bytes
        }
        guard let result = self.next else { preconditionFailure("an arena without memory") }
        self.next = result + rounded
        self.left -= rounded
        return result
    }

    /// A structure for a message with a description, initialised.
    package func structure(_ descriptor: WireDescriptor) -> UnsafeMutableRawPointer {
        let wire = self.allocate(descriptor.size)
        protobuf_c_message_init(descriptor.pointer, wire)
        return wire
    }

    /// A structure of the C type `Raw` for the message that a field holds, initialised.
    package func structure<Raw>(
        in descriptor: WireDescriptor,
        field: UInt32,
        as type: Raw.Type
    ) -> UnsafeMutablePointer<Raw> {
        self.structure(descriptor.message(in: field)).assumingMemoryBound(to: Raw.self)
    }

    /// A structure filled from a value.
    package func message<Message: WireMessage>(_ message: Message) throws(WireError) -> UnsafeMutableRawPointer {
        let wire = self.structure(Message.wireDescriptor)
        try message.write(to: wire, arena: self)
        return wire
    }

    /// A structure of the C type `Raw` filled from a value.
    package func message<Message: WireMessage, Raw>(
        _ message: Message,
        as type: Raw.Type
    ) throws(WireError) -> UnsafeMutablePointer<Raw> {
        try self.message(message).assumingMemoryBound(to: Raw.self)
    }

    /// An array of pointers to structures filled from values.
    package func messages<Message: WireMessage, Raw>(
        _ messages: [Message],
        as type: Raw.Type
    ) throws(WireError) -> UnsafeMutablePointer<UnsafeMutablePointer<Raw>?>? {
        let array = self.pointers(messages.count, to: Raw.self)
        for (index, message) in messages.enumerated() {
            array?[index] = try self.message(message, as: Raw.self)
        }
        return array
    }

    /// A C string.
    ///
    /// - Parameter field: The field's full name, for the error.
    /// - Throws: ``WireError`` when the text holds a NUL.
    package func string(_ text: String, _ field: StaticString) throws(WireError) -> UnsafeMutablePointer<CChar> {
        var text = text
        let copied = text.withUTF8 { source -> UnsafeMutablePointer<CChar>? in
            guard !source.contains(0) else { return nil }
            let target = self.allocate(source.count + 1)
            if let base = source.baseAddress { target.copyMemory(from: base, byteCount: source.count) }
            target.storeBytes(of: 0, toByteOffset: source.count, as: UInt8.self)
            return target.assumingMemoryBound(to: CChar.self)
        }
        guard let copied else { throw WireError(.embeddedNUL, at: "\(field)") }
        return copied
    }

    /// An array of C strings.
    package func strings(
        _ texts: [String],
        _ field: StaticString
    ) throws(WireError) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        let array = self.pointers(texts.count, to: CChar.self)
        for (index, text) in texts.enumerated() {
            array?[index] = try self.string(text, field)
        }
        return array
    }

    /// libprotobuf-c's form of a `bytes` field.
    package func bytes(_ bytes: [UInt8]) -> (count: Int, data: UnsafeMutablePointer<UInt8>?) {
        guard !bytes.isEmpty else { return (0, nil) }
        let target = self.allocate(bytes.count)
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress { target.copyMemory(from: base, byteCount: source.count) }
        }
        return (bytes.count, target.assumingMemoryBound(to: UInt8.self))
    }

    /// The entries of a `map<string, string>`, in the order of their keys.
    ///
    /// - Parameters:
    ///   - map: The entries.
    ///   - descriptor: The message that has the map.
    ///   - number: The map's field number.
    ///   - type: The C type of one entry.
    package func entries<Entry>(
        _ map: [String: String],
        in descriptor: WireDescriptor,
        field number: UInt32,
        as type: Entry.Type,
        _ name: StaticString
    ) throws(WireError) -> UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>? {
        let entry = descriptor.message(in: number)
        guard let key = entry.field(1)?.pointee.offset, let value = entry.field(2)?.pointee.offset else {
            preconditionFailure("\(entry.name) is not an entry of a map: generated code is out of step")
        }
        let array = self.pointers(map.count, to: Entry.self)
        for (index, pair) in map.sorted(by: { $0.key < $1.key }).enumerated() {
            let wire = self.structure(entry)
            // Both are fields of type string, hence pointers in protoc-c's structure.
            wire.storeBytes(of: try self.string(pair.key, name), toByteOffset: Int(key), as: CString.self)
            wire.storeBytes(of: try self.string(pair.value, name), toByteOffset: Int(value), as: CString.self)
            array?[index] = wire.assumingMemoryBound(to: Entry.self)
        }
        return array
    }

    /// The entries of a `map<string, string>` whose values must not be shown.
    package func entries<Entry>(
        _ map: [String: Secret],
        in descriptor: WireDescriptor,
        field number: UInt32,
        as type: Entry.Type,
        _ name: StaticString
    ) throws(WireError) -> UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>? {
        try self.entries(map.mapValues { $0.reveal() }, in: descriptor, field: number, as: type, name)
    }

    /// Memory for so many trivial values, which are not there yet.
    func array<Element: BitwiseCopyable>(of type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        self.allocate(count * MemoryLayout<Element>.stride).bindMemory(to: type, capacity: count)
    }

    private func pointers<Pointee>(
        _ count: Int,
        to type: Pointee.Type
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Pointee>?>? {
        count > 0 ? self.array(of: UnsafeMutablePointer<Pointee>?.self, count: count) : nil
    }

    /// The encoded form of a structure that this arena holds.
    package func packed(_ wire: UnsafeMutableRawPointer) -> [UInt8] {
        let message = wire.assumingMemoryBound(to: ProtobufCMessage.self)
        let size = protobuf_c_message_get_packed_size(message)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            guard let base = buffer.baseAddress, size > 0 else { return }
            count = protobuf_c_message_pack(message, base)
        }
    }
}
