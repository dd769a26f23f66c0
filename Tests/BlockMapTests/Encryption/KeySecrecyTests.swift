// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import Foundation
internal import Host
internal import Logging
internal import RBD
internal import Rados
internal import Synchronization
internal import SystemPackage
internal import TestSupport
internal import Testing

/// That a key is nowhere where it could be read: not in records, logs, errors, nor in what values print as.
@Suite(.timeLimit(.minutes(2)))
struct KeySecrecyTests {
    @Test("The key is in no record, no log line and no message, in no form")
    func secrecy() async throws {
        let log = CapturedLog()
        let threads = BlockingPool(threads: 8, name: "secrecy test")
        let cluster = try await TestCluster.shared()
        let directory = FilePath("/tmp/locker-data-\(UInt64.random(in: 0...UInt64.max))")
        let key = try DataEncryptionKey.random()
        let cephKey = cluster.csi.key
        var texts: [String] = []
        try await cluster.withNamespace { context in
            let engine = DataEngine(
                directory: directory,
                pool: threads,
                keys: { _ in cephKey },
                encryptionKeys: { _ in key },
                logger: Logger(label: "test") { _ in log }
            )
            try await engine.start()
            let fixture = EngineFixture(
                cluster: cluster,
                context: context,
                engine: engine,
                mapper: .fuse,
                directory: directory,
                threads: threads
            )
            let request = try await fixture.encryptedImage(key: key)
            let device = try await fixture.map(request)
            let records = HostFile.names(in: directory.appending("records"))
            #expect(records.count == 1)
            for name in records {
                let record = try HostFile.read(directory.appending("records").appending(name))
                texts.append(String(decoding: record, as: UTF8.self))
            }
            #expect(texts[0].contains("luks2"))
            var dumped = ""
            dump(request, to: &dumped)
            texts += ["\(request)", String(reflecting: request), dumped, "\(request.encryption)", "\(device)"]
            var plain = request
            plain.encryption = .none
            texts.append(try await fixture.failure { _ = try await fixture.map(plain) }.text)
            try await fixture.unmap(request)
            let other = try await fixture.encryptedImage("other", key: try .random())
            var wrong = other
            wrong.encryption = .luks2(key)
            texts.append(try await fixture.failure { _ = try await fixture.map(wrong) }.text)
            let again = try await fixture.failure {
                _ = try await EncryptedImage.format(.name("v"), in: context, key: key)
            }
            texts.append(again.text)
            await engine.close()
        }
        texts += log.lines.withLock { $0 }
        texts.append(String(decoding: try HostFile.read("/proc/self/cmdline"), as: UTF8.self))
        texts.append(String(decoding: try HostFile.read("/proc/self/environ"), as: UTF8.self))
        let bytes = key.withBytes { Array($0) }
        let hex = bytes.map { String(format: "%02x", $0) }.joined()
        let base64 = Data(bytes).base64EncodedString()
        let forms: [String] = [
            hex, hex.uppercased(), String(base64.prefix(40)),
            String(base64.prefix(40)).replacing("+", with: "-").replacing("/", with: "_"),
            bytes.map(String.init).joined(separator: ", "), String(decoding: bytes, as: UTF8.self),
        ]
        for text in texts {
            for form in forms { #expect(!text.contains(form), "a form of the key is in a text") }
        }
        // The search finds what is there.
        #expect("x\(hex)y".contains(forms[0]))
        try FileManager.default.removeItem(atPath: directory.string)
        await threads.shutdown()
    }
}

/// Keeps what is logged.
private final class CapturedLog: LogHandler, Sendable {
    let lines = Mutex<[String]>([])
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        self.lines.withLock { $0.append("\(event.message) \(String(describing: event.metadata))") }
    }
}
