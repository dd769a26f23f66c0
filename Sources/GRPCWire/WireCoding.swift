// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import GRPCCore
package import ProtobufC

/// Encodes messages for grpc-swift.
package struct WireSerializer<Message: WireMessage>: MessageSerializer {
    /// A serializer.
    package init() {}

    package func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
        do {
            return Bytes(try message.encoded())
        } catch {
            throw RPCError(code: .internalError, message: "cannot encode an answer: \(error)", cause: error)
        }
    }
}

/// Decodes messages for grpc-swift; what cannot be decoded is the caller's fault and answered INVALID_ARGUMENT.
package struct WireDeserializer<Message: WireMessage>: MessageDeserializer {
    /// A deserializer.
    package init() {}

    package func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(WireError) in try Message(decoding: buffer) }
        }
        do {
            return try result.get()
        } catch {
            throw RPCError(code: .invalidArgument, message: "\(error)", cause: error)
        }
    }
}
