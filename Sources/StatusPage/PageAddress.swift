// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// The page's own addresses: what part is shown, and in which language where somebody chose one.
struct PageAddress {
    /// Which part.
    var query: StatusQuery
    /// The language that was chosen; `nil` for the browser's.
    var chosen: PageLanguage?

    /// The address, to be found from every other of the page's.
    func link(to path: String = "") -> String {
        let token = self.query.volumesAfter.map { PageToken(.volumes, after: $0).text }
        let items = [
            ("course", self.query.course), ("student", self.query.student), ("courses-after", self.query.coursesAfter),
            ("students-after", self.query.studentsAfter), ("after", token), ("lang", self.chosen?.rawValue),
        ]
        let text = items.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
        return (path.isEmpty ? "./" : path) + (text.isEmpty ? "" : "?" + text.joined(separator: "&"))
    }

    /// The same language, and another part from its beginning.
    func showing(course: String?, student: String? = nil) -> PageAddress {
        PageAddress(query: StatusQuery(course: course, student: student), chosen: self.chosen)
    }

    /// The same part in another language.
    func speaking(_ language: PageLanguage) -> PageAddress { PageAddress(query: self.query, chosen: language) }

    /// The same with another page of something.
    func turning(_ change: (inout StatusQuery) -> Void) -> PageAddress {
        var address = self
        change(&address.query)
        return address
    }

    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let character = Character(UnicodeScalar(byte))
            if byte < 128, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return encoded
    }
}
