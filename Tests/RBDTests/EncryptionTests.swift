// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD
internal import Rados
internal import SystemPackage
internal import TestSupport
internal import Testing

/// Encryption in librbd: what is on the OSDs cannot be read without the passphrase.
@Suite(.timeLimit(.minutes(3)))
struct EncryptionTests {
    @Test(
        "What is written through an encrypted image is read through it, and is not in the image",
        arguments: [
            (EncryptionFormat.luks2, UInt64(16 << 20)), (.luks1, 4 << 20),
        ]
    )
    func roundTrip(format: EncryptionFormat, header: UInt64) async throws {
        try await TestCluster.shared().withNamespace { context in
            // Any bytes are a passphrase: a NUL, and what is no UTF-8.
            let passphrase: [UInt8] = [0, 255, 1, 0] + Array(2..<30)
            let text = Array(repeating: Array("homework ".utf8), count: 1000).flatMap { $0 }
            try await context.createImage("one", size: header + (8 << 20))
            try await context.withImage(.name("one"), readOnly: false) { image in
                try image.formatEncryption(format, passphrase: passphrase)
                #expect(try image.size == 8 << 20)
                try image.write(offset: 4096, text)
            }
            let plain = try await context.withImage(.name("one"), readOnly: true) { image in
                try image.loadEncryption(format, passphrase: passphrase)
                return (try image.read(offset: 4096, count: text.count), try image.size)
            }
            #expect(plain == (text, 8 << 20))
            let raw = try await context.withImage(.name("one"), readOnly: true) {
                (
                    magic: try $0.read(offset: 0, count: 6),
                    body: try $0.read(offset: header + 4096, count: text.count), size: try $0.size
                )
            }
            #expect(raw.magic == Array("LUKS".utf8) + [0xBA, 0xBE])
            #expect(raw.size == header + (8 << 20))
            #expect(raw.body.count == text.count && raw.body != text)
            #expect(String(decoding: raw.body, as: UTF8.self).contains("homework") == false)
        }
    }

    @Test("A wrong passphrase is EPERM, and so is a prefix of the right one")
    func wrongPassphrase() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 20 << 20)
            let right = [UInt8](repeating: 7, count: 32)
            try await context.withImage(.name("one"), readOnly: false) {
                try $0.formatEncryption(.luks2, passphrase: right)
            }
            for wrong in [[UInt8](repeating: 8, count: 32), right.dropLast(), right + [0]] {
                try await expectErrno(.notPermitted) {
                    try await context.withImage(.name("one"), readOnly: true) {
                        try $0.loadEncryption(.luks2, passphrase: Array(wrong))
                    }
                }
            }
        }
    }

    @Test("An image without a header cannot be loaded, one smaller than the header cannot be formatted")
    func noHeader() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("plain", size: 32 << 20)
            try await context.createImage("small", size: 8 << 20)
            try await expectErrno(.invalidArgument) {
                try await context.withImage(.name("plain"), readOnly: true) {
                    try $0.loadEncryption(.luks2, passphrase: [1])
                }
            }
            let small = try await errno {
                try await context.withImage(.name("small"), readOnly: false) {
                    try $0.formatEncryption(.luks2, passphrase: [1])
                }
            }
            #expect(small == .invalidArgument || small == .noSpace, "\(String(describing: small))")
        }
    }

    @Test("Layered encryption is there with librbd 1.17 and says so without it")
    func layers() async throws {
        try await TestCluster.shared().withNamespace { context in
            try await context.createImage("one", size: 20 << 20)
            try await context.withImage(.name("one"), readOnly: false) {
                try $0.formatEncryption(.luks2, passphrase: [9])
            }
            let load: () async throws -> Void = {
                try await context.withImage(.name("one"), readOnly: true) {
                    try $0.loadEncryption(layers: [(.luks2, [9])])
                }
            }
            if LibraryFeatures.hasLayeredEncryption {
                try await load()
            } else {
                try await expectErrno(.notSupportedOnSocket, load)
            }
        }
    }
}
