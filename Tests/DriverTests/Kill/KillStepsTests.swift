// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import SystemPackage
internal import TestSupport
internal import Testing

/// That no step is left out of the tests that kill a process at each.
struct KillStepsTests {
    @Test("The sources name exactly the steps that the tests kill at")
    func complete() throws {
        let sources = RepositoryRoot.path.appending("Sources")
        let files = try #require(FileManager.default.enumerator(atPath: sources.string))
        var named: Set<String> = []
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: sources.appending(file).string, encoding: .utf8)
            for match in text.matches(of: /reached\("([a-z.]+)"\)/) { named.insert(String(match.1)) }
        }
        #expect(named == KillSteps.all)
    }
}
