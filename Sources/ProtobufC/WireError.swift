// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Why bytes were refused as a message, or a value as bytes.
package struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was wrong.
    package enum Reason: Sendable, Hashable {
        /// More bytes than ``WireLimits/messageBytes``.
        case tooLarge(bytes: Int)
        /// Messages nested deeper than ``WireLimits/nesting``.
        case nestedTooDeep
        /// A text that is not UTF-8.
        case invalidUTF8
        /// A text with a NUL in it, which C would cut there.
        case embeddedNUL
        /// Bytes that are no message at all: cut short, a bad tag, a field of the wrong wire type.
        case malformed
    }

    /// What was wrong.
    package let reason: Reason

    /// Where: "csi.v1.CreateVolumeRequest.name", or the message alone.
    package let location: String

    /// Says that something was wrong at a place.
    package init(_ reason: Reason, at location: String) {
        self.reason = reason
        self.location = location
    }

    package var description: String {
        switch self.reason {
        case .tooLarge(let bytes):
            "\(self.location): \(bytes) bytes are more than the \(WireLimits.messageBytes) that a message may have"
        case .nestedTooDeep:
            "\(self.location): messages are nested deeper than \(WireLimits.nesting)"
        case .invalidUTF8:
            "\(self.location): the text is not valid UTF-8"
        case .embeddedNUL:
            "\(self.location): the text contains a NUL character"
        case .malformed:
            "\(self.location): the bytes are not a message of this type"
        }
    }
}
