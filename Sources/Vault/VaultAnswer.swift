// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import NIOCore

/// What Vault has answered.
struct VaultAnswer: Sendable {
    let status: Int
    let body: [UInt8]

    /// Whether it was done.
    var isSuccess: Bool { (200..<300).contains(self.status) }

    /// Whether another attempt may get another answer: too many requests, a standby that lags, a failure of the server's.
    var isPassing: Bool { [412, 429, 500, 502, 503, 504].contains(self.status) }

    /// What Vault says was wrong, in one line that is fit for a log; empty if it says nothing.
    var words: String {
        guard let reply = try? JSONDecoder().decode(VaultReply.Errors.self, from: Data(self.body)) else { return "" }
        let text = reply.errors.joined(separator: "; ").map { $0.isNewline || $0 == "\t" ? " " : $0 }
            .filter { character in character.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 } }
        return text.count <= 400 ? String(text) : String(text.prefix(400)) + "…"
    }

    /// The content.
    ///
    /// - Throws: ``VaultFault/unreadable``, which shows nothing of it.
    func content<Content: Decodable>(_ type: Content.Type) throws(VaultFault) -> Content {
        do {
            return try JSONDecoder().decode(type, from: Data(self.body))
        } catch {
            throw .unreadable
        }
    }
}
