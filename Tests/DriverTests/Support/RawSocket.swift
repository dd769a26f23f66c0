// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import SystemPackage
internal import TestSupport

/// Connections that know nothing of gRPC.
enum RawSocket {
    /// Connects to a Unix socket, sends bytes as far as they are taken, and hangs up.
    static func send(_ bytes: [UInt8], to path: FilePath) throws {
        let client = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        guard client >= 0 else { throw SetUpError("no socket can be made") }
        defer { close(client) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw SetUpError("\(path) cannot be connected to") }
        // Whoever is sent garbage may hang up.
        _ = Foundation.send(client, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    /// The whole answer to an HTTP GET on a port of loopback, head and body.
    static func get(_ path: String, port: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // It blocks, so it has a thread of its own.
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n", port) })
            }
        }
    }

    private static func exchange(_ text: String, _ port: Int) throws -> String {
        let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard client >= 0 else { throw SetUpError("no socket can be made") }
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
        guard connected == 0 else { throw SetUpError("port \(port) cannot be connected to") }
        guard Foundation.send(client, text, text.utf8.count, CInt(MSG_NOSIGNAL)) == text.utf8.count else {
            throw SetUpError("port \(port) takes no request")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }
}
