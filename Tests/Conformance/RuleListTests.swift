// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import SystemPackage
internal import TestSupport
internal import Testing

/// That no rule of Fixtures/rules.md is left without a test or a reason.
struct RuleListTests {
    @Test("Every rule has a test or a reason, and every test a rule")
    func complete() throws {
        let folder = RepositoryRoot.path.appending("Tests/Conformance")
        let list = try String(contentsOfFile: folder.appending("Fixtures/rules.md").string, encoding: .utf8)
        var rules: Set<String> = []
        var excused: Set<String> = []
        for match in list.matches(of: /(?m)^\| ([A-Z]{2}-[0-9]+) \| (MUST|SHOULD|MAY|sanity) \| [^|]+ \|([^|]*)\|$/) {
            let rule = String(match.1)
            #expect(rules.insert(rule).inserted, "\(rule) is in the list twice")
            if !match.3.trimmingCharacters(in: .whitespaces).isEmpty { excused.insert(rule) }
        }
        #expect(rules.count > 100, "the list was not understood")
        #expect(rules.count == list.matches(of: /(?m)^\| [A-Z]{2}-/).count, "a row of the list is malformed")

        var tested: Set<String> = []
        let files = try #require(FileManager.default.enumerator(atPath: folder.string))
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: folder.appending(file).string, encoding: .utf8)
            for match in text.matches(of: /@Test\(\s*"((?:[A-Z]{2}-[0-9]+(?:, )?)+):/) {
                for rule in match.1.split(separator: ", ") { tested.insert(String(rule)) }
            }
        }
        #expect(tested.subtracting(rules).isEmpty, "tests of rules that are not in the list")
        #expect(rules.subtracting(tested).subtracting(excused).isEmpty, "rules without a test or a reason")
        #expect(excused.intersection(tested).isEmpty, "rules with a test and an excuse")
    }
}
