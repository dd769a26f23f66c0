// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Host

/// How a volume's data are encrypted, and the key that opens them.
package enum VolumeEncryption: Sendable, Hashable {
    /// Not at all.
    case none
    /// A LUKS2 header at the image's start, as ``EncryptedImage/format(_:in:key:)`` makes it, and this key for it; what
    /// volume records call `luks2-flat`.
    case luks2(DataEncryptionKey)
    /// The same on a clone of an image in the clear, as ``EncryptedImage/formatClone(_:in:key:)`` makes it: what was not
    /// written yet is the parent's. Only librbd 17 and later opens it. Volume records call it `luks2-layered`.
    case luks2Layered(DataEncryptionKey)

    /// What is on the image, without the key.
    package enum Format: String, Sendable, Hashable, Codable {
        case luks2
        case luks2Layered = "luks2-layered"
    }

    /// The encryption of a format.
    package init(_ format: Format, _ key: DataEncryptionKey) {
        switch format {
        case .luks2: self = .luks2(key)
        case .luks2Layered: self = .luks2Layered(key)
        }
    }

    /// What is on the image; `nil` if it is not encrypted.
    package var format: Format? {
        switch self {
        case .none: nil
        case .luks2: .luks2
        case .luks2Layered: .luks2Layered
        }
    }

    /// The key; `nil` if there is none.
    package var key: DataEncryptionKey? {
        switch self {
        case .none: nil
        case .luks2(let key), .luks2Layered(let key): key
        }
    }
}
