// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

import Foundation
import Locker
import StatusPage
import Telemetry
import Testing

/// The page itself: well-formed, escaped, in both languages, and nothing in it that a browser would load or run.
@Suite(.timeLimit(.minutes(1))) struct StatusSiteTests {
    private static let evil = #"<script>alert("1")</script>'&\#u{202E}\#u{0}"#

    private func page(
        _ snapshot: StatusSnapshot = .sample(),
        _ target: String = "/",
        language: String = ""
    ) async -> PageReply {
        let answers = StatusAnswers(clock: WallClock { 1_795_000_000_000 }) { _ in snapshot }
        let reply = await StatusSite(answers).reply(to: PageRequest(target: target, acceptLanguage: language))
        await answers.close()
        return reply
    }

    @Test(arguments: ["en", "ko"], ["/", "/?course=os-2026", "/?course=os-2026&student=kim"])
    func `every page is well-formed and says its language`(language: String, target: String) async throws {
        let reply = await self.page(language: language)
        #expect(reply.status == 200 && reply.contentType == "text/html; charset=utf-8")
        let elements = try PageParser.parse(await self.page(.sample(), target, language: language).body)
        #expect(elements.first { $0.name == "html" }?.attributes["lang"] == language)
        let tables = elements.filter { $0.name == "table" }.count
        #expect(elements.filter { $0.name == "caption" }.count == tables && tables >= 3)
        // A card's cells are named on small screens; a header cell says of what it is.
        #expect(elements.filter { $0.name == "td" }.allSatisfy { $0.attributes["data-label"]?.isEmpty == false })
        #expect(elements.filter { $0.name == "th" }.allSatisfy { $0.attributes["scope"] != nil })
        #expect(elements.filter { $0.name == "meter" }.allSatisfy { $0.attributes["aria-label"] != nil })
        #expect(!elements.contains { ["script", "img", "link", "iframe", "form"].contains($0.name) })
        #expect(!elements.contains { $0.attributes.keys.contains { $0 == "style" || $0.hasPrefix("on") } })
    }

    @Test func `what a claim is called stays text`() async throws {
        let evil = Self.evil
        let standing = QuotaStanding(course: evil, student: "", bytes: 1, volumes: 1, exception: .none, bounds: .none)
        var volume = StatusVolume.sample(student: evil, node: evil)
        (volume.course, volume.name, volume.claim) = (evil, evil, evil)
        let erasure = StatusErasure(
            course: evil,
            student: evil,
            name: evil,
            bytes: 1,
            state: .failed,
            reason: evil,
            deletedAt: 0
        )
        let snapshot = StatusSnapshot(
            courses: [StatusCourse(clusterID: evil, pool: evil, namespace: evil, standing: standing)],
            volumes: [volume],
            erasures: [erasure],
            erasureCount: 1
        )
        let target = "/?course=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27&lang=ko"
        for body in [await self.page(snapshot).body, await self.page(snapshot, target).body] {
            let elements = try PageParser.parse(body)
            #expect(!elements.contains { $0.name == "script" })
            #expect(!body.contains("<script") && !body.unicodeScalars.contains("\u{202E}"))
            #expect(body.contains("&lt;script&gt;alert"))
        }
        // Its way through a link and back.
        let elements = try PageParser.parse(await self.page(snapshot).body)
        let links = elements.compactMap { $0.attributes["href"] }.filter { $0.contains("script") }
        #expect(!links.isEmpty)
        for link in links {
            let request = PageRequest(target: "/" + link.dropFirst(2))
            #expect([request.query["course"], request.query["student"]].contains(evil), "\(link)")
        }
    }

    @Test func `the policy allows the page's own style sheet and nothing else`() async throws {
        let reply = await self.page()
        let fields = Dictionary(uniqueKeysWithValues: reply.fields)
        let policy = try #require(fields["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(fields["X-Content-Type-Options"] == "nosniff" && fields["Referrer-Policy"] == "no-referrer")
        #expect(fields["Vary"] == "Accept-Language" && fields["Content-Language"] == "en")
        let other = Dictionary(uniqueKeysWithValues: await self.page(.sample(), "/status.json").fields)
        #expect(other["Content-Security-Policy"]?.contains("style-src 'none'") == true)
    }

    @Test func `what is shown is what there is`() async throws {
        let english = await self.page().body
        for words in [
            "os-2026", "9.5 GiB of 10 GiB (95%)", "near the limit", "over the limit", "no quota", "n1, by krbd",
            "attached to n2, not mounted yet", "2026-09-01T00:00:00Z", "waiting", "OSDs trim 3 objects", "encrypted",
            "its key was destroyed", "being made", "lab-1/work", "7 of 9",
        ] { #expect(english.contains(words), "\(words)") }
        let korean = await self.page(language: "ko-KR").body
        for words in [
            "과목", "학생", "볼륨", "할당량", "삭제 대기", "10 GiB 중 9.5 GiB (95%)", "한도에 가까움", "n1 (krbd)",
            "n2에 연결됨, 아직 마운트되지 않음", "정상",
        ] { #expect(korean.contains(words), "\(words)") }
        #expect(!korean.contains("near the limit"))
    }

    @Test func `the next page is asked for by what the last one ended with`() async throws {
        var snapshot = StatusSnapshot.sample()
        let position = RecordPosition(
            place: PlaceOrder(fsid: "f", poolID: 3, namespace: "n"),
            shard: 5,
            key: RecordKey(bytes: Array(repeating: 7, count: 16))
        )
        snapshot.nextVolume = position
        snapshot.hasMoreCourses = true
        let body = await self.page(snapshot, "/?lang=en").body
        let links = try PageParser.parse(body).compactMap { $0.attributes["href"] }
        let token = PageToken(.volumes, after: position).text
        #expect(links.contains("./?after=\(token)&lang=en"))
        #expect(links.contains { $0.hasPrefix("./?courses-after=") })
        let second = await self.page(snapshot, "/?after=\(token)")
        #expect(second.status == 200 && second.body.contains("From the beginning"))
    }

    @Test(arguments: [
        ("/x", 404), ("/status.json/", 404), ("/?after=nonsense", 400), ("/?course=a%00b", 400),
        ("/?student=\(String(repeating: "x", count: 254))", 400), ("/?course=&student=", 200),
        ("/status.json?lang=ko", 200),
    ])
    func `what cannot be is refused in words`(target: String, status: Int) async {
        let reply = await self.page(.sample(), target)
        #expect(reply.status == status && !reply.body.isEmpty)
    }

    @Test(arguments: ["en", "ko"])
    func `a cluster that does not answer is said, with the time of what is shown`(language: String) async throws {
        let answers = StatusAnswers(patience: .milliseconds(20)) { _ in
            try await Task.sleep(for: .seconds(600))
            return StatusSnapshot()
        }
        let site = StatusSite(answers)
        let silent = await site.reply(to: PageRequest(target: "/", acceptLanguage: language))
        await answers.close()
        #expect(silent.status == 503)
        #expect(silent.body.contains(language == "en" ? "The cluster does not answer" : "클러스터가 응답하지 않"))
        let elements = try PageParser.parse(silent.body)
        #expect(elements.contains { $0.attributes["role"] == "alert" } && !elements.contains { $0.name == "table" })

        let failing = StatusAnswers { _ in throw LockerError(.unavailable, "no <monitor>") }
        let failed = await StatusSite(failing).reply(to: PageRequest(target: "/", acceptLanguage: language))
        #expect(failed.status == 503 && failed.body.contains("no &lt;monitor&gt;"))
        let json = await StatusSite(failing).reply(to: PageRequest(target: "/status.json"))
        #expect(json.status == 503 && json.body.contains(#""trouble" : "no <monitor>""#))
        await failing.close()
    }

    @Test func `JSON has the same`() async throws {
        let body = await self.page(.sample(), "/status.json").body
        let document = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        let volumes = try #require(document["volumes"] as? [[String: Any]])
        #expect(volumes.map { $0["student"] as? String } == ["kim", "lee", "park", "choi"])
        #expect(volumes.map { $0["health"] as? String } == ["in-order", "in-order", "key-destroyed", "in-order"])
        let nodes = try #require(volumes[0]["nodes"] as? [[String: Any]])
        #expect(nodes[0]["node"] as? String == "n1" && nodes[0]["since"] as? String == "2026-09-01T00:00:00Z")
        let courses = try #require(document["courses"] as? [[String: Any]])
        #expect(courses.map { $0["level"] as? String } == ["near", "over", "unbounded"])
        #expect(document["erasureCount"] as? Int == 1 && document["readAt"] as? String == "2026-11-18T11:06:40Z")
        #expect(document["trouble"] == nil)
    }
}
