// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import FoundationEssentials
internal import Locker

/// What became of a course's volumes, as a table, as JSON, and as a page to print and file.
struct TermReport: Encodable {
    let course: String
    let pool: String
    /// Where volumes were archived; `nil` if they were not to be.
    let archivePool: String?
    /// When it was written.
    let time: String
    let volumes: [TermVolume]

    init(course: String, pool: String, archivePool: String? = nil, volumes: [TermVolume]) {
        self.course = course
        self.pool = pool
        self.archivePool = archivePool
        self.time = DateText.iso8601(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        self.volumes = volumes
    }

    /// How many there are of each outcome: `40 erased, 2 refused`.
    var summary: String {
        let counts: [TermVolume.Outcome: Int] = self.volumes.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 }
        let words = [TermVolume.Outcome.erased, .archived, .erasing, .refused, .kept].compactMap { outcome in
            counts[outcome].map { "\($0) \(outcome.rawValue)" }
        }
        guard !words.isEmpty else { return "no volumes" }
        let bytes = self.volumes.reduce(0) { $0 + $1.contentBytes }
        guard let archivePool = self.archivePool, bytes > 0 else { return words.joined(separator: ", ") }
        return words.joined(separator: ", ") + "; \(Quantity.rough(bytes)) for pool \(archivePool)"
    }

    /// The rows for people.
    func text() -> String {
        let head = "course \(self.course), pool \(self.pool): \(self.summary)"
        guard !self.volumes.isEmpty else { return head }
        return TextTable.text(Self.titles.map { $0.uppercased() }, self.volumes.map(Self.cells)) + "\n" + head
    }

    private static let titles = ["Outcome", "Student", "Volume", "Claim", "Size", "Snapshots", "Image", "Why"]

    private static func cells(_ volume: TermVolume) -> [String] {
        var why = volume.reason
        if !volume.archive.isEmpty {
            why += "\(why.isEmpty ? "" : "; ")archived as image \(volume.archive) until \(volume.keptUntil)"
        } else if why.isEmpty, volume.outcome == .kept, volume.contentBytes > 0 {
            why = "\(Quantity.rough(volume.contentBytes)) to copy"
        }
        if why.isEmpty, volume.outcome == .kept, !volume.nodes.isEmpty {
            why = "attached to \(volume.nodes.joined(separator: ", "))"
        }
        return [
            volume.outcome.rawValue, volume.student.orDash, volume.volume,
            volume.claim.orDash, Quantity.rough(volume.bytes), "\(volume.snapshots)",
            volume.image, why.orDash,
        ]
    }

    private var archiveNote: String {
        guard let pool = self.archivePool else { return "" }
        return """
             Archived: before that it was copied to pool \(Self.escaped(pool)), and both images were read and held the
            same. Such a copy is erased, with a receipt of its own, once its time is over.
            """
    }

    /// A page that needs nothing besides itself.
    func html() -> String {
        let rows = self.volumes.map { volume in
            let cells = Self.cells(volume).map { "<td>\(Self.escaped($0))</td>" }.joined()
            return "<tr class=\"\(volume.outcome.rawValue)\">\(cells)</tr>"
        }
        let titles = Self.titles.map { "<th>\($0)</th>" }.joined()
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>End of term: \(Self.escaped(self.course))</title>
            <style>
            body { font: 11pt sans-serif; margin: 2em; color: #111 }
            table { border-collapse: collapse; width: 100% }
            th, td { border: 1px solid #999; padding: 0.3em 0.5em; text-align: left; overflow-wrap: anywhere }
            tr.refused td, tr.erasing td { font-weight: bold }
            thead { display: table-header-group }
            tr { break-inside: avoid }
            @media print { body { margin: 0 } }
            </style>
            </head>
            <body>
            <h1>End of term: \(Self.escaped(self.course))</h1>
            <p>Pool \(Self.escaped(self.pool)), \(self.time): \(self.summary).</p>
            <p>Erased: the volume was deleted, and a receipt says that nothing of it was found any more
            (<code>lockerctl erasure show IMAGE</code>). Deleting objects does not scrub the media below them.\(self.archiveNote)</p>
            <table>
            <thead><tr>\(titles)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </body>
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
