// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import CProtobufC
package import Redaction

/// How generated code copies what libprotobuf-c has unpacked into Swift values.
package enum WireReading {
    /// A C string; libprotobuf-c never leaves one out of an unpacked message, an absent one counts as empty.
    package static func string(_ text: UnsafeMutablePointer<CChar>?) -> String {
        text.map { String(cString: $0) } ?? ""
    }

    /// An array of C strings.
    package static func strings(
        _ texts: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
        _ count: Int
    ) -> [String] {
        (0..<count).map { self.string(texts?[$0]) }
    }

    /// A `bytes` field.
    package static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        data.data.map { Array(UnsafeBufferPointer(start: $0, count: data.len)) } ?? []
    }

    /// An array of messages.
    package static func messages<Message: WireMessage, Raw>(
        _ wires: UnsafeMutablePointer<UnsafeMutablePointer<Raw>?>?,
        _ count: Int
    ) -> [Message] {
        (0..<count).compactMap { index in wires?[index].map { Message(wire: UnsafeRawPointer($0)) } }
    }

    /// A `map<string, string>`; of two entries with one key the last one counts, as protobuf has it.
    package static func map<Entry>(
        _ entries: UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>?,
        _ count: Int,
        _ pair: (Entry) -> (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
    ) -> [String: String] {
        var map: [String: String] = [:]
        for index in 0..<count {
            guard let entry = entries?[index] else { continue }
            let (key, value) = pair(entry.pointee)
            map[self.string(key)] = self.string(value)
        }
        return map
    }

    /// A `map<string, string>` whose values must not be shown.
    package static func secrets<Entry>(
        _ entries: UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>?,
        _ count: Int,
        _ pair: (Entry) -> (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
    ) -> [String: Secret] {
        self.map(entries, count, pair).mapValues { Secret($0) }
    }
}
