// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A part of a page that is well-formed HTML and well-formed XML at once.
///
/// Text comes in through ``text(_:)`` and attributes alone, and both escape it: what a claim is called cannot become
/// markup. Names of elements and attributes are literals of the code.
struct Markup: Sendable {
    /// The markup itself.
    let source: String

    private init(source: String) { self.source = source }

    /// Nothing.
    static let none = Markup(source: "")

    /// Text, escaped.
    static func text(_ text: String) -> Markup { Markup(source: self.escaped(text)) }

    /// Text whose direction is its own, such as a name that somebody chose.
    static func name(_ text: String) -> Markup { .element("bdi", [.text(text)]) }

    /// The style sheet of the page, which is the code's own.
    static func style(_ sheet: StaticString) -> Markup { Markup(source: "<style>\(sheet)</style>") }

    /// An element with what is in it.
    static func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String> = [:],
        _ content: [Markup] = []
    ) -> Markup {
        let start = attributes.reduce("<\(name)") { $0 + " \($1.key)=\"\(self.escaped($1.value))\"" }
        if self.empty.contains("\(name)") { return Markup(source: start + " />") }
        return Markup(source: start + ">" + content.map(\.source).joined() + "</\(name)>")
    }

    /// An element without attributes.
    static func element(_ name: StaticString, _ content: [Markup]) -> Markup { .element(name, [:], content) }

    /// The elements of HTML that have no end.
    private static let empty: Set<String> = ["br", "link", "meta"]

    /// `text` as it may stand between tags and in an attribute.
    ///
    /// Control characters, which XML does not have, and those that turn the direction of what follows become U+FFFD.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200E}"..."\u{200F}", "\u{202A}"..."\u{202E}",
                "\u{2066}"..."\u{2069}", "\u{FFFE}"..."\u{FFFF}":
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
