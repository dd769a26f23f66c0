// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

extension StatusDocument {
    /// The tables, each in a section of its own.
    func sections(_ snapshot: StatusSnapshot) -> [Markup] {
        var sections = [self.courses(snapshot)]
        if let course = self.address.query.course { sections.append(self.students(of: course, snapshot)) }
        return sections + [self.volumes(snapshot), self.erasures(snapshot)]
    }

    private func courses(_ snapshot: StatusSnapshot) -> Markup {
        let texts = self.texts
        let rows = snapshot.courses.map { course in
            [
                self.link(self.address.showing(course: course.standing.course), .name(course.standing.course)),
                self.volumeCount(course.standing), self.space(course.standing),
                .element(
                    "span",
                    [
                        .name(course.namespace.isEmpty ? course.pool : "\(course.pool)/\(course.namespace)"),
                        .element("small", [.name(course.clusterID)]),
                    ]
                ),
            ]
        }
        let table = HTMLTable(
            caption: texts.courses,
            columns: [texts.course, texts.volumeCount, texts.quota, texts.pool],
            rows: rows,
            nothing: texts.noCourses
        )
        let last = snapshot.courses.last?.standing.course
        return self.section(
            table,
            next: snapshot.hasMoreCourses ? self.address.turning { $0.coursesAfter = last } : nil,
            named: texts.moreCourses,
            first: self.address.query.coursesAfter == nil ? nil : self.address.turning { $0.coursesAfter = nil }
        )
    }

    private func students(of course: String, _ snapshot: StatusSnapshot) -> Markup {
        let texts = self.texts
        let rows = snapshot.students.map { standing in
            [
                self.link(self.address.showing(course: course, student: standing.student), .name(standing.student)),
                self.volumeCount(standing), self.space(standing),
            ]
        }
        let table = HTMLTable(
            caption: texts.students(course),
            columns: [texts.student, texts.volumeCount, texts.quota],
            rows: rows,
            nothing: texts.noStudents
        )
        let last = snapshot.students.last?.student
        return self.section(
            table,
            next: snapshot.hasMoreStudents ? self.address.turning { $0.studentsAfter = last } : nil,
            named: texts.moreStudents,
            first: self.address.query.studentsAfter == nil ? nil : self.address.turning { $0.studentsAfter = nil }
        )
    }

    private func volumes(_ snapshot: StatusSnapshot) -> Markup {
        let texts = self.texts
        let rows = snapshot.volumes.map { volume in
            [self.title(of: volume)] + self.owner(course: volume.course, student: volume.student) + [
                .element("span", ["class": "number"], [.text(Quantity.rough(volume.bytes))]), self.places(of: volume),
                self.health(of: volume),
            ]
        }
        let table = HTMLTable(
            caption: texts.volumes,
            columns: [texts.volume] + self.ownerColumns + [texts.size, texts.place, texts.health],
            rows: rows,
            nothing: texts.noVolumes
        )
        return self.section(
            table,
            note: texts.healthNote,
            next: snapshot.nextVolume.map { next in self.address.turning { $0.volumesAfter = next } },
            named: texts.moreVolumes,
            first: self.address.query.volumesAfter == nil ? nil : self.address.turning { $0.volumesAfter = nil }
        )
    }

    private func erasures(_ snapshot: StatusSnapshot) -> Markup {
        let texts = self.texts
        let rows = snapshot.erasures.map { erasure in
            [Markup.name(erasure.name)] + self.owner(course: erasure.course, student: erasure.student) + [
                .element("span", ["class": "number"], [.text(Quantity.rough(erasure.bytes))]),
                self.sign(erasure.state == .failed ? .bad : .neutral, texts.erasure(erasure.state)),
                self.time(erasure.deletedAt),
                // In English, as logs and lockerctl have it.
                .element("span", ["lang": "en"], [.text(erasure.reason.isEmpty ? "–" : erasure.reason)]),
            ]
        }
        let table = HTMLTable(
            caption: texts.erasures,
            columns: [texts.volume] + self.ownerColumns + [texts.size, texts.state, texts.deleted, texts.reason],
            rows: rows,
            nothing: texts.noErasures
        )
        let isCut = snapshot.isErasureCountCut || snapshot.erasureCount > snapshot.erasures.count
        return self.section(
            table,
            note: isCut ? texts.erasuresShown(snapshot.erasures.count, self.count(snapshot)) : nil
        )
    }

    private func section(
        _ table: HTMLTable,
        note: String? = nil,
        next: PageAddress? = nil,
        named name: String = "",
        first: PageAddress? = nil
    ) -> Markup {
        var content = [table.markup]
        if let note, !table.rows.isEmpty { content.append(.element("p", ["class": "note"], [.text(note)])) }
        let links =
            (first.map { [self.link($0, .text(self.texts.fromBeginning))] } ?? [])
            + (next.map { [self.link($0, .text(name + " →"))] } ?? [])
        if !links.isEmpty { content.append(.element("p", ["class": "pages"], links)) }
        return .element("section", content)
    }
}
