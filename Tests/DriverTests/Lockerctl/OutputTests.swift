// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import Subprocess
internal import SystemPackage
internal import TestSupport
internal import Testing

/// What `lockerctl` prints for other programs.
@Suite(.timeLimit(.minutes(5)))
struct OutputTests {
    /// Names that YAML could take for something else, or for more than a name.
    private static let names = [
        "yes", "No", "null", "~", "1e3", "0x1f", "007", "1_000", "12:30:45", "2026-01-01", ".inf", "NaN", "- x", "a: b",
        "a #b", "#no", "'", "\"", "\\", "{x}", "[x]", "*x", "&x", "!x", "%x", "@x", "`x", "| x", "> x", "?", "=", "é",
        "가",
        "a\tb", "a\nb", "\u{85}", "\u{2028}", "\u{feff}", " x", "x ", "user@lab.example/1", "plain-name_1.2",
    ]

    @Test("YAML says the same as JSON, to a reader of YAML that is not ours, whatever the names")
    func yaml() async throws {
        try await Installation.with { installation in
            let course = "yaml-\(installation.context.namespace)"
            let namespace = installation.context.namespace
            for name in Self.names {
                let set = try await installation.lockerctl(
                    ["quota", "set", "--course", course, "--student=\(name)", "--volumes", "3"],
                    namespace: namespace
                )
                #expect(set.status == 0, "\(set)")
            }
            func list(_ format: String) async throws -> SystemPackage.FilePath {
                let answer = try await installation.lockerctl(
                    ["quota", "list", "--course", course, "--output", format],
                    namespace: namespace
                )
                #expect(answer.status == 0, "\(answer)")
                return try installation.write(answer.output, to: "list.\(format)")
            }
            let (json, yaml) = (try await list("json"), try await list("yaml"))
            let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: URL(filePath: json.string)))
            #expect(Set(rows.compactMap(\.student)) == Set(Self.names))
            let program = """
                import json, sys, yaml
                one, other = json.load(open(sys.argv[1])), yaml.safe_load(open(sys.argv[2], encoding="utf-8"))
                sys.exit("they differ: %r %r" % (one, other) if one != other else None)
                """
            let done = try await run(
                .path(FilePath(#filePath).removingLastComponents(4).appending(".venv/bin/python")),
                arguments: ["-c", program, json.string, yaml.string],
                output: .discarded,
                error: .string(limit: 1 << 20)
            )
            #expect(done.terminationStatus.isSuccess, "\(done.standardError)")
        }
    }

    private struct Row: Decodable {
        let student: String?
    }
}

extension FilePath {
    fileprivate func removingLastComponents(_ count: Int) -> FilePath {
        (0..<count).reduce(self) { path, _ in path.removingLastComponent() }
    }
}
