// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

extension StatusDocument {
    /// How a sign is meant: by its mark and words first, by its colour besides.
    enum Mood: String {
        case neutral, good, warn, bad

        var mark: String {
            switch self {
            case .neutral: "•"
            case .good: "✓"
            case .warn: "⚠"
            case .bad: "✕"
            }
        }
    }

    /// Words with a mark before them.
    func sign(_ mood: Mood, _ words: String) -> Markup {
        let mark = Markup.element("span", ["aria-hidden": "true"], [.text(mood.mark + " ")])
        return .element("span", ["class": mood.rawValue], [mark, .text(words)])
    }

    /// How many volumes there are, of how many.
    func volumeCount(_ standing: QuotaStanding) -> Markup {
        let text = standing.bounds.volumes.map { self.texts.countOf(standing.volumes, $0) } ?? "\(standing.volumes)"
        return .element("span", ["class": "number"], [.text(text)])
    }

    /// How much space is given out, of how much: a bar, and the same in words.
    func space(_ standing: QuotaStanding) -> Markup {
        let (texts, used) = (self.texts, Quantity.rough(standing.bytes))
        let level = QuotaLevel(standing)
        var parts: [Markup] = []
        if let bound = standing.bounds.bytes {
            let percent = QuotaLevel.percent(standing.bytes, of: bound)
            let words = "\(texts.of(used, Quantity.rough(bound))) (\(texts.percent(percent)))"
            // `optimum` at the empty end: the fuller, the worse.
            parts.append(
                .element(
                    "meter",
                    [
                        "min": "0", "max": "100", "low": "80", "high": "99", "optimum": "0",
                        "value": "\(min(percent, 100))", "aria-label": words,
                    ],
                    [.text(words)]
                )
            )
            parts.append(.element("span", ["class": "number"], [.text(words)]))
        } else {
            parts.append(.element("span", ["class": "number"], [.text("\(used), \(texts.noQuota)")]))
        }
        switch level {
        case .unbounded, .low: break
        case .near: parts += [.element("br"), self.sign(.warn, texts.level(level))]
        case .full, .over: parts += [.element("br"), self.sign(.bad, texts.level(level))]
        }
        return .element("div", parts)
    }

    /// A volume by its claim, as people know it, by its name in Kubernetes, and when it was made.
    func title(of volume: StatusVolume) -> Markup {
        let name = volume.claim.isEmpty ? Markup.none : .element("small", [.name(volume.name)])
        let made = [Markup.text(self.texts.created + " "), self.time(volume.createdAt)]
        return .element(
            "div",
            [.name(volume.claim.isEmpty ? volume.name : volume.claim), name, .element("small", made)]
        )
    }

    /// The cells that say whose something is, as far as the page does not say it for all.
    func owner(course: String, student: String) -> [Markup] {
        let query = self.address.query
        return (query.course == nil ? [self.courseLink(course)] : [])
            + (query.student == nil ? [self.studentLink(student, course: course)] : [])
    }

    /// The names of the columns of ``owner(course:student:)``.
    var ownerColumns: [String] {
        let query = self.address.query
        return (query.course == nil ? [self.texts.course] : []) + (query.student == nil ? [self.texts.student] : [])
    }

    /// A course, with the way to its own page.
    func courseLink(_ course: String) -> Markup {
        course.isEmpty ? .text("–") : self.link(self.address.showing(course: course), .name(course))
    }

    /// A student, with the way to their own page.
    func studentLink(_ student: String, course: String) -> Markup {
        guard !student.isEmpty else { return .text(self.texts.nobody) }
        let address = self.address.showing(course: course.isEmpty ? nil : course, student: student)
        return self.link(address, .name(student))
    }

    /// Where a volume is, or may be.
    func places(of volume: StatusVolume) -> Markup {
        let texts = self.texts
        guard !volume.places.isEmpty else { return .text(texts.notAttached) }
        return .element(
            "div",
            volume.places.map { place in
                let words = place.mapper.isEmpty ? texts.attached(place.node) : texts.mounted(place.node, place.mapper)
                let suffix = place.isReadOnly ? ", \(texts.readOnly)" : ""
                let since = [Markup.text(texts.since + " "), self.time(place.since)]
                return .element("div", [.name(words + suffix), .element("small", since)])
            }
        )
    }

    /// What is known of a volume's health, and whether it is encrypted.
    func health(of volume: StatusVolume) -> Markup {
        let texts = self.texts
        var parts: [Markup]
        switch (volume.finding, volume.phase) {
        case (.keyDestroyed, .ready): parts = [self.sign(.bad, texts.finding(volume.finding))]
        case (_, .creating), (_, .deleting): parts = [self.sign(.neutral, texts.phase(volume.phase))]
        case (.filesystemUnfinished, _): parts = [self.sign(.warn, texts.finding(volume.finding))]
        case (.inOrder, _): parts = [self.sign(.good, texts.finding(volume.finding))]
        }
        if volume.isEncrypted { parts.append(.element("small", [.text(texts.encrypted)])) }
        return .element("div", parts)
    }
}
