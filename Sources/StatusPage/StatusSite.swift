// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
package import Telemetry

/// The status page: `/` for people, `/status.json` for programs.
package struct StatusSite: Sendable {
    private let answers: StatusAnswers

    /// The longest name that is looked for; Kubernetes has none longer.
    private static let longestName = 253

    /// A page of what is known.
    package init(_ answers: StatusAnswers) {
        self.answers = answers
    }

    /// Answers a request.
    package func reply(to request: PageRequest) async -> PageReply {
        let isJSON = request.path == "/status.json"
        guard isJSON || request.path == "/" else { return Self.plain(404, "not found: try / or /status.json") }
        let query: StatusQuery
        do {
            query = try Self.query(request.query)
        } catch {
            return Self.plain(400, error.message)
        }
        let answer = await self.answers.answer(query)
        // What reads the answer as a program has to learn from the status that it is old.
        let status = answer.trouble == nil ? 200 : 503
        if isJSON {
            do {
                let body = try StatusJSON(answer, query: query).text()
                return PageReply(status: status, contentType: "application/json", fields: Self.fields(), body: body)
            } catch {
                return Self.plain(500, "the status cannot be written as JSON: \(error)")
            }
        }
        let language = PageLanguage(wish: request.query["lang"], acceptLanguage: request.acceptLanguage)
        let document = StatusDocument(
            answer: answer,
            address: PageAddress(query: query, chosen: request.query["lang"].flatMap(PageLanguage.init(rawValue:))),
            language: language,
            freshness: self.answers.freshness
        )
        return PageReply(
            status: status,
            contentType: "text/html; charset=utf-8",
            fields: Self.fields(styles: PageStyle.source) + [
                ("Content-Language", language.rawValue), ("Vary", "Accept-Language"),
            ],
            body: document.text
        )
    }

    /// What is asked for; an empty value is one that was not given.
    private static func query(_ items: [String: String]) throws(LockerError) -> StatusQuery {
        func value(_ name: String) throws(LockerError) -> String? {
            guard let value = items[name], !value.isEmpty else { return nil }
            guard value.utf8.count <= Self.longestName, !value.utf8.contains(0) else {
                throw LockerError(.invalidArgument, "\(name) is no name: at most \(Self.longestName) bytes are allowed")
            }
            return value
        }
        var query = StatusQuery(course: try value("course"), student: try value("student"))
        query.coursesAfter = try value("courses-after")
        query.studentsAfter = try value("students-after")
        do {
            query.volumesAfter = try PageToken(reading: items["after"] ?? "", of: .volumes)?.position
        } catch {
            throw LockerError(.invalidArgument, "after is no page of this list; begin again without it")
        }
        return query
    }

    /// The header fields of every answer: nothing may be loaded, run, framed or sent anywhere.
    private static func fields(styles: String = "'none'") -> [(name: String, value: String)] {
        [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src \(styles); base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
    }

    private static func plain(_ status: Int, _ line: String) -> PageReply {
        PageReply(status: status, contentType: "text/plain; charset=utf-8", fields: Self.fields(), body: line + "\n")
    }
}
