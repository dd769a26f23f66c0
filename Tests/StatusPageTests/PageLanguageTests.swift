// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import StatusPage
import Testing

/// Which language a reader gets.
struct PageLanguageTests {
    @Test(arguments: [
        (nil, "", PageLanguage.english), (nil, "ko", .korean), (nil, "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", .korean),
        (nil, "en-GB,en;q=0.9,ko;q=0.8", .english), (nil, "en;q=0.2, KO ; q=0.9", .korean), (nil, "de,fr", .english),
        (nil, "ko;q=0,en;q=0.1", .english), (nil, "*,ko;q=0.5", .english), (nil, "ko;q=nonsense", .english),
        (nil, ",,;;q=1", .english), ("ko", "en", .korean), ("en", "ko", .english), ("tlh", "ko", .korean),
        ("", "ko", .korean),
    ])
    func `a wish counts first, then what the browser likes best`(wish: String?, field: String, language: PageLanguage) {
        #expect(PageLanguage(wish: wish, acceptLanguage: field) == language)
    }
}
