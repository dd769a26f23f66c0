// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Redaction

/// The specification's rules for single fields ("Size Limits" and "Required vs. Optional" of CSI 1.13).
package enum FieldRules {
    /// Bytes of a string unless the field says otherwise.
    package static let stringLimit = 128

    /// Bytes of a map's keys and values together.
    package static let mapLimit = 4096

    /// Bytes of a path, as Linux has it.
    package static let pathLimit = 4096

    /// A string that has to be there.
    package static func required(_ text: String, _ field: String) throws(FieldError) {
        guard !text.isEmpty else { throw FieldError(field, "is required") }
        try self.string(text, field)
    }

    /// A string within the general limit.
    package static func string(_ text: String, _ field: String, limit: Int = stringLimit) throws(FieldError) {
        guard text.utf8.count <= limit else {
            throw FieldError(field, "has \(text.utf8.count) bytes, more than the \(limit) allowed")
        }
    }

    /// A volume's, snapshot's or group's name: Unicode without control characters.
    package static func name(_ text: String, _ field: String) throws(FieldError) {
        try self.required(text, field)
        let forbidden = text.unicodeScalars.first { scalar in
            switch scalar.value {
            case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F, 0x7F...0x9F: true
            default: false
            }
        }
        if let forbidden {
            let code = String(forbidden.value, radix: 16, uppercase: true)
            throw FieldError(
                field,
                "holds the control character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)"
            )
        }
    }

    /// A path to put something at: it has to be there, be absolute and have no way up.
    package static func path(_ text: String, _ field: String) throws(FieldError) {
        try self.place(text, field)
        guard text.hasPrefix("/") else { throw FieldError(field, "is not an absolute path: \(text)") }
    }

    /// A path to look for something at: it has to be there and have no way up.
    ///
    /// A relative one is let through: nothing is ever there, so the caller's answer is NOT_FOUND, which is what
    /// csi-sanity expects.
    package static func place(_ text: String, _ field: String) throws(FieldError) {
        guard !text.isEmpty else { throw FieldError(field, "is required") }
        guard text.utf8.count < self.pathLimit else {
            throw FieldError(field, "is longer than \(self.pathLimit) bytes")
        }
        guard !text.split(separator: "/").contains("..") else { throw FieldError(field, "goes up by ..: \(text)") }
    }

    /// A map of strings within the limit.
    package static func map(_ map: [String: String], _ field: String) throws(FieldError) {
        let size = map.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= self.mapLimit else {
            throw FieldError(field, "has \(size) bytes, more than the \(self.mapLimit) allowed")
        }
    }

    /// A map of secrets within the limit, with keys of the characters that the specification lets them have.
    ///
    /// The message holds no value.
    package static func secrets(_ map: [String: Secret], _ field: String = "secrets") throws(FieldError) {
        guard map.keys.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(self.isOfSecretKey) }) else {
            throw FieldError(field, "has a key that is not made of letters, digits, -, _ and . alone")
        }
        let size = map.reduce(0) { $0 + $1.key.utf8.count + $1.value.reveal().utf8.count }
        guard size <= self.mapLimit else {
            throw FieldError(field, "has \(size) bytes, more than the \(self.mapLimit) allowed")
        }
    }

    private static func isOfSecretKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}
