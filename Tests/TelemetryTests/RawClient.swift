// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Foundation
import Testing

/// A TCP client without any notion of HTTP, on a thread of its own since it blocks.
struct RawClient: Sendable {
    let port: Int

    /// Connects to 127.0.0.1, sends `bytes`, and returns all that comes until the server closes.
    ///
    /// - Parameter halfClose: whether to say, after sending, that nothing more will come.
    func exchange(_ bytes: [UInt8], halfClose: Bool = false) async throws -> String {
        let port = self.port
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.exchange(bytes, port, halfClose) })
            }
        }
    }

    /// The same for text.
    func exchange(_ text: String) async throws -> String {
        try await self.exchange(Array(text.utf8))
    }

    /// A GET of `path`: the whole answer, head and body.
    func get(_ path: String) async throws -> String {
        try await self.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    private static func exchange(_ bytes: [UInt8], _ port: Int, _ halfClose: Bool) throws -> String {
        let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(client >= 0)
        defer { close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }  // the server has hung up; what it said is read below
            sent += count
        }
        if halfClose { shutdown(client, CInt(SHUT_WR)) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }
}
