// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// The page for people, in one language.
struct StatusDocument {
    let answer: StatusAnswer
    let address: PageAddress
    let language: PageLanguage
    /// How long a reading is kept.
    let freshness: Duration

    /// What the page says.
    var texts: any PageTexts { self.language.texts }

    /// The whole document.
    var text: String {
        let html = Markup.element("html", ["lang": self.language.rawValue, "dir": "ltr"], [self.head, self.body])
        return "<!DOCTYPE html>\n" + html.source + "\n"
    }

    private var head: Markup {
        .element(
            "head",
            [
                .element("meta", ["charset": "utf-8"]),
                .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                .element("title", [.text("\(self.heading) — Locker")]), .style(PageStyle.sheet),
            ]
        )
    }

    private var heading: String {
        let names = [self.address.query.student, self.address.query.course].compactMap(\.self)
        return (names + [self.texts.title]).joined(separator: " · ")
    }

    private var body: Markup {
        let snapshot = self.answer.snapshot
        let sections = snapshot.map { [self.figures($0)] + self.sections($0) } ?? []
        return .element(
            "body",
            [
                .element("a", ["class": "skip", "href": "#content"], [.text(self.texts.skip)]), self.header,
                .element("main", ["id": "content"], [self.age] + sections), self.footer,
            ]
        )
    }

    private var header: Markup {
        let query = self.address.query
        var steps = [self.link(self.address.showing(course: nil), .text(self.texts.allCourses))]
        if let course = query.course { steps.append(self.link(self.address.showing(course: course), .name(course))) }
        if let student = query.student {
            steps.append(self.link(self.address.showing(course: query.course, student: student), .name(student)))
        }
        let languages = PageLanguage.allCases.filter { $0 != self.language }.map { other in
            Markup.element(
                "a",
                [
                    "class": "languages", "href": self.address.speaking(other).link(), "lang": other.rawValue,
                    "hreflang": other.rawValue,
                ],
                [.text(other.ownName)]
            )
        }
        let path = Markup.element("ol", steps.map { .element("li", [$0]) })
        let reload = Markup.element(
            "a",
            ["class": "reload", "href": self.address.link()],
            [.text(self.texts.reload)]
        )
        return .element(
            "header",
            [
                .element("nav", ["aria-label": self.texts.breadcrumb], [path, reload] + languages),
                .element("h1", [.text(self.texts.title)]),
            ]
        )
    }

    /// How old the page is, and what is wrong if it is older than it should be.
    private var age: Markup {
        let time = self.answer.readAt.map { self.time($0) }
        guard let trouble = self.answer.trouble else {
            let note = self.texts.cachedFor(self.freshness.components.seconds)
            let asOf = [Markup.text(self.texts.asOf + " "), time ?? .none, .text(". " + note)]
            return .element("p", ["class": "note"], asOf)
        }
        var lines: [Markup]
        switch (trouble, time) {
        case (.silent, let time?): lines = [.text(self.texts.silentSince + " "), time, .text(".")]
        case (.silent, nil): lines = [.text(self.texts.silentWithoutData)]
        case (.failed, let time?): lines = [.text(self.texts.failedSince + " "), time, .text(".")]
        case (.failed, nil): lines = [.text(self.texts.failedWithoutData)]
        }
        lines = [.element("p", [.element("strong", [.text("⚠ ")] + lines)])]
        if case .failed(let words) = trouble { lines.append(.element("p", ["lang": "en"], [.text(words)])) }
        return .element("div", ["class": "trouble", "role": "alert"], lines)
    }

    /// The whole in numbers, as far as one page has it.
    private func figures(_ snapshot: StatusSnapshot) -> Markup {
        var figures: [(name: String, value: String)] = []
        let isWhole = !snapshot.hasMoreCourses && self.address.query.coursesAfter == nil
        if isWhole, !snapshot.courses.isEmpty {
            let standings =
                self.address.query.student == nil ? snapshot.courses.map(\.standing) : snapshot.students
            figures.append((self.texts.volumes, "\(standings.reduce(0) { $0 + $1.volumes })"))
            figures.append((self.texts.size, Quantity.rough(standings.reduce(0) { $0 + $1.bytes })))
        }
        figures.append((self.texts.erasures, self.count(snapshot)))
        let items = figures.map { figure in
            Markup.element("div", [.element("dt", [.text(figure.name)]), .element("dd", [.text(figure.value)])])
        }
        return .element("dl", ["class": "figures"], items)
    }

    /// How many erasures there are.
    func count(_ snapshot: StatusSnapshot) -> String {
        snapshot.isErasureCountCut ? self.texts.atLeast(snapshot.erasureCount) : "\(snapshot.erasureCount)"
    }

    private var footer: Markup {
        let json = self.address.link(to: "status.json")
        let link = Markup.element("a", ["href": json], [.text("status.json")])
        return .element("footer", [.element("p", [.text(self.texts.footer + " "), link])])
    }

    /// A link to another part of the page.
    func link(_ address: PageAddress, _ content: Markup) -> Markup {
        .element("a", ["href": address.link()], [content])
    }

    /// A time, for people and for programs.
    func time(_ milliseconds: Int64) -> Markup {
        let text = DateText.iso8601(milliseconds: milliseconds)
        return .element("time", ["datetime": text], [.text(text)])
    }
}
