// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import Rados
internal import Redaction
internal import SystemPackage
internal import TestSupport
internal import Testing

/// The status page of a real controller.
@Suite(.timeLimit(.minutes(5)))
struct StatusPageTests {
    @Test(
        "Courses, students, volumes, where they are, quotas and erasures are on the page, by course and by student too"
    )
    func story() async throws {
        try await StatusStory.with { story in
            let erased = try await story.furnish()
            let english = try await story.page("/?lang=en")
            #expect(english.head.hasPrefix("HTTP/1.1 200 OK") && english.head.contains("default-src 'none'"))
            for words in [
                "os-2026", "db-2026", "129 GiB of 200 GiB (64%)", "5 of 600", "kim-minji/homework",
                "attached to lab-node-07, not mounted yet", "n1, by ", erased, "OSDs are trimming",
            ] { #expect(english.body.contains(words), "\(words)") }
            #expect(!english.body.contains("<script") && english.body.contains("&lt;script&gt;"))
            #expect(!english.body.contains(story.installation.cluster.csi.key.reveal()))
            let korean = try await story.page("/?lang=ko")
            #expect(korean.body.contains("과목") && korean.body.contains("200 GiB 중 129 GiB"))

            let course = try await story.document("?course=os-2026")
            let students = try #require(course["students"] as? [[String: Any]])
            #expect(
                students.map { "\($0["student"] ?? "") \($0["level"] ?? "")" } == [
                    "choi-yuna full", "jung-hajun low", "kim-minji low", "lee-seojun low", "park-jiwoo near",
                ]
            )
            let volumes = try #require(course["volumes"] as? [[String: Any]])
            #expect(volumes.count == 5 && volumes.allSatisfy { $0["course"] as? String == "os-2026" })
            let claims = volumes.compactMap { $0["claim"] as? String }
            #expect(claims.contains("park-jiwoo/\(StatusStory.evil)"))
            #expect((course["erasures"] as? [Any])?.isEmpty == true)

            let one = try await story.document("?course=db-2026&student=kim-minji")
            #expect((one["volumes"] as? [Any])?.count == 1 && (one["students"] as? [Any])?.count == 1)
            let everywhere = try await story.document("?student=kim-minji")
            #expect((everywhere["volumes"] as? [Any])?.count == 2)
            let nobody = try await story.document("?course=nothing")
            #expect((nobody["courses"] as? [Any])?.isEmpty == true && (nobody["volumes"] as? [Any])?.isEmpty == true)
            try await story.trim()
        }
    }

    @Test("A hundred volumes a page, each on one of them, and the last page has no next")
    func pages() async throws {
        try await Installation.alone { installation in
            let port = try FreePort.any()
            let controller = try await installation.controller(
                hasIdentity: true,
                options: ["--status-listen", "127.0.0.1:\(port)"]
            )
            let story = StatusStory(installation: installation, controller: controller, port: port)
            for number in 0..<103 { _ = try await story.make("c", "s\(number)", 1, quota: "2Gi") }
            let first = try await story.document("?course=c")
            let next = try #require(first["next"] as? [String: String])
            let (token, student) = (try #require(next["after"]), try #require(next["students-after"]))
            let second = try await story.document("?course=c&after=\(token)&students-after=\(student)")
            for (kind, name) in [("volumes", "claim"), ("students", "student")] {
                let pages = try [first, second].map { page in
                    try #require(page[kind] as? [[String: Any]]).compactMap { $0[name] as? String }
                }
                #expect(pages.map(\.count) == [100, 3], "\(kind)")
                #expect(Set(pages.joined()).count == 103, "\(kind)")
            }
            #expect((second["next"] as? [String: String])?.isEmpty == true)
        }
    }

    @Test("While the cluster does not answer, the page says so within its patience, and shows what it last read")
    func silence() async throws {
        try await HeldCluster.with { held, installation in
            let port = try FreePort.any()
            let controller = try await installation.controller(
                hasIdentity: true,
                options: ["--status-listen", "127.0.0.1:\(port)"]
            )
            let story = StatusStory(installation: installation, controller: controller, port: port)
            let volume = try await story.make("os-2026", "kim-minji", 1, quota: "2Gi")
            let good = try await story.page("/")
            #expect(good.head.hasPrefix("HTTP/1.1 200 OK") && good.body.contains(volume.plan.name))
            held.hold()
            var longest = Duration.zero
            var page = good
            while page.head.hasPrefix("HTTP/1.1 200 OK") {
                let start = ContinuousClock.now
                page = try await story.page("/")
                longest = max(longest, start.duration(to: .now))
            }
            #expect(page.head.hasPrefix("HTTP/1.1 503 ") && page.body.contains("The cluster does not answer"))
            #expect(page.body.contains(volume.plan.name) && page.body.contains("<time datetime="))
            #expect(longest < .seconds(9), "before the connection's own limit")
            held.release()
            while try await !story.page("/").head.hasPrefix("HTTP/1.1 200 OK") {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    @Test("Nothing is served unless it is asked for, and an address that is none is refused before anything starts")
    func options() async throws {
        try await Installation.with { installation in
            let (status, output) = try await LockerProcess.run(
                ["controller", "--endpoint", "x", "--instance-key", "k", "--status-listen", "9811"],
                log: installation.path("log")
            )
            #expect(status == 64 && output.contains("--status-listen \"9811\" is not of the form ADDRESS:PORT"))
        }
    }
}
