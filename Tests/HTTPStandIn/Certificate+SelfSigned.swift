// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import SystemPackage
internal import TestSupport

extension HTTPStandIn.Certificate {
    /// A certificate for 127.0.0.1 that has signed itself, by the command openssl.
    package static func selfSigned(_ name: String) async throws -> HTTPStandIn.Certificate {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "tls-\(UInt64.random(in: 0...UInt64.max))"
        )
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (chain, key) = (directory.appending(path: "chain.pem"), directory.appending(path: "key.pem"))
        let process = try ChildProcess(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key.path, "-out",
                chain.path,
            ]
        )
        guard await process.wait() == 0 else { throw SetUpError("openssl has made no certificate") }
        return HTTPStandIn.Certificate(
            chain: try String(contentsOf: chain, encoding: .utf8),
            key: try String(contentsOf: key, encoding: .utf8)
        )
    }
}
