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

    /// A path that has to be there, absolute and without a way up.
    package static func path(_ text: String, _ field: String) throws(FieldError) {
        guard !text.isEmpty else { throw FieldError(field, "is required") }
        guard text.utf8.count < self.pathLimit else {
            throw FieldError(field, "is longer than \(self.pathLimit) bytes")
        }
        guard text.hasPrefix("/") else { throw FieldError(field, "is not an absolute path: \(text)") }
        guard !text.split(separator: "/").contains("..") else { throw FieldError(field, "goes up by ..: \(text)") }
    }

    /// A map of strings within the limit.
    package static func map(_ map: [String: String], _ field: String) throws(FieldError) {
        let size = map.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= self.mapLimit else {
            throw FieldError(field, "has \(size) bytes, more than the \(self.mapLimit) allowed")
        }
    }

    /// A map of secrets within the limit; the message holds no value.
    package static func secrets(_ map: [String: Secret], _ field: String = "secrets") throws(FieldError) {
        let size = map.reduce(0) { $0 + $1.key.utf8.count + $1.value.reveal().utf8.count }
        guard size <= self.mapLimit else {
            throw FieldError(field, "has \(size) bytes, more than the \(self.mapLimit) allowed")
        }
    }
}
