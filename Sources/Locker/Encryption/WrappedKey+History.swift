// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

extension WrappedKey {
    /// The key that wraps it, told from any other of its name.
    package var wrappingKey: String {
        Self.name(self.wrappingKeyID, fingerprint: self.wrappingKeyFingerprint)
    }

    /// A key-encryption key's name together with its fingerprint.
    package static func name(_ id: String, fingerprint: String) -> String { "\(id)#\(fingerprint)" }

    /// Stands among the former keys for keys that are not known.
    static let unknown = Self.name("", fingerprint: "")

    /// Every key that has ever wrapped it; empty if that is not known: versions of Locker before this list was kept have
    /// wrapped it, or it was wrapped for another volume besides.
    var history: [String] {
        let all = self.formerWrappingKeys + [self.wrappingKey]
        let isWhole = UInt64(all.count) == self.revision && all.allSatisfy { !$0.hasSuffix("#") }
        return isWhole ? all : []
    }

    /// Takes another wrapping of the same key.
    mutating func take(_ sealed: SealedKey, at time: Int64) {
        self.formerWrappingKeys.append(self.wrappingKey)
        self.wrappingKeyID = sealed.wrappingKeyID
        self.wrappingKeyFingerprint = sealed.fingerprint
        self.sealedKey = sealed.bytes
        self.wrappedAt = time
    }
}
