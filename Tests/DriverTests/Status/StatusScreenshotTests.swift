// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The status page in a headless browser, as pictures for people to look at: `dev/screenshots`.
@Suite(.timeLimit(.minutes(10)), .enabled(if: StatusStory.pictures != nil, "dev/screenshots makes them"))
struct StatusScreenshotTests {
    private struct Picture {
        let name: String
        let path: String
        let width: Int
        let height: Int
        var isDark = false
    }

    @Test("Both languages, light and dark, wide and on a telephone")
    func pictures() async throws {
        let directory = FilePath(try #require(StatusStory.pictures))
        try await StatusStory.with { story in
            _ = try await story.furnish()
            for picture in [
                Picture(name: "status-en", path: "/?lang=en", width: 1000, height: 1340),
                Picture(name: "status-ko", path: "/?lang=ko", width: 1000, height: 1340),
                Picture(
                    name: "status-course-ko-dark",
                    path: "/?course=os-2026&lang=ko",
                    width: 1000,
                    height: 1400,
                    isDark: true
                ),
                Picture(name: "status-course-en", path: "/?course=os-2026", width: 1000, height: 1400),
                Picture(name: "status-phone-en", path: "/?course=os-2026&lang=en", width: 360, height: 3400),
                Picture(name: "status-phone-ko", path: "/?lang=ko", width: 360, height: 3400),
            ] {
                let file = directory.appending("\(picture.name).png")
                let browser = try ChildProcess(
                    FilePath("/usr/bin/chromium-headless-shell"),
                    [
                        "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--lang=en",
                        "--window-size=\(picture.width),\(picture.height)",
                        "--blink-settings=preferredColorScheme=\(picture.isDark ? 0 : 1)", "--screenshot=\(file)",
                        "http://127.0.0.1:\(story.port)\(picture.path)",
                    ]
                )
                #expect(await browser.wait() == 0)
                #expect(FileManager.default.fileExists(atPath: file.string), "\(file)")
            }
            try await story.trim()
        }
    }
}
