// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import FoundationEssentials

/// The public half of a key that signs receipts: Ed25519.
package struct ReceiptPublicKey: Sendable, Hashable {
    /// Thirty-two bytes.
    package let bytes: [UInt8]

    /// What stands before the key's bytes in a SubjectPublicKeyInfo of Ed25519. See: RFC 8410.
    private static let header: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

    /// The key of these bytes; `nil` unless they are thirty-two.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Reads a key as ``pem`` or ``hex`` writes it.
    package init?(text: String) {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") && !$0.isEmpty }
        let body = lines.joined().filter { !$0.isWhitespace }
        if let bytes = [UInt8](hex: body) {
            self.init(bytes: bytes)
            return
        }
        guard let data = Data(base64Encoded: body) else { return nil }
        let bytes = Array(data)
        guard bytes.starts(with: Self.header) else { return nil }
        self.init(bytes: Array(bytes.dropFirst(Self.header.count)))
    }

    /// As `openssl pkey -pubin` reads it.
    package var pem: String {
        let body = Data(Self.header + self.bytes).base64EncodedString()
        return "-----BEGIN PUBLIC KEY-----\n\(body)\n-----END PUBLIC KEY-----"
    }

    /// Sixty-four digits.
    package var hex: String { self.bytes.hex }

    /// Whether a signature is this key's.
    func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: self.bytes) else { return false }
        return key.isValidSignature(signature, for: bytes)
    }
}
