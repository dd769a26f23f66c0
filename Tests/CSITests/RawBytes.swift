// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore

/// Sends and receives messages as they are on the wire, so that a test may send what no codec would.
struct RawBytes: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes {
        Bytes(message)
    }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }

    /// Sends one message and takes the first one that comes back.
    ///
    /// - Throws: `RPCError` with the server's status.
    static func call(
        _ client: SocketServer.Client,
        _ descriptor: MethodDescriptor,
        _ bytes: [UInt8]
    ) async throws -> [UInt8] {
        try await client.unary(
            request: ClientRequest(message: bytes),
            descriptor: descriptor,
            serializer: RawBytes(),
            deserializer: RawBytes(),
            options: .defaults
        ) { response in
            try response.message
        }
    }
}
