// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A language that the page is written in.
package enum PageLanguage: String, Sendable, Hashable, CaseIterable {
    case english = "en"
    case korean = "ko"

    /// The language's own name for itself.
    var ownName: String {
        switch self {
        case .english: "English"
        case .korean: "한국어"
        }
    }

    /// What the page says in it.
    var texts: any PageTexts {
        switch self {
        case .english: EnglishTexts()
        case .korean: KoreanTexts()
        }
    }

    /// The language of an answer.
    ///
    /// - Parameters:
    ///   - wish: the query's `lang`; anything that is none of ours is no wish.
    ///   - acceptLanguage: the request's field, such as `ko-KR,ko;q=0.9,en;q=0.8`. Of two that are liked as much, the
    ///     first counts; of none that is known, English.
    package init(wish: String?, acceptLanguage: String) {
        if let wish = wish.flatMap(PageLanguage.init(rawValue:)) {
            self = wish
            return
        }
        var best: (language: PageLanguage, quality: Double) = (.english, 0)
        for range in acceptLanguage.split(separator: ",") {
            let parts = range.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }).lowercased() }
            let primary = parts.first?.split(separator: "-").first.map(String.init) ?? ""
            guard let language = primary == "*" ? .english : PageLanguage(rawValue: primary) else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if quality > best.quality { best = (language, quality) }
        }
        self = best.language
    }
}
