// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Columns as wide as what is in them.
enum TextTable {
    /// The lines of a table, titles first.
    static func text(_ titles: [String], _ rows: [[String]]) -> String {
        let lines = [titles] + rows
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = line.indices.map { column in
                line[column] + String(repeating: " ", count: widths[column] - line[column].count)
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
        .joined(separator: "\n")
    }

    /// A time that has passed, in its largest unit.
    static func age(seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(max(0, seconds))s"
        case ..<7200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86400)d"
        }
    }
}

extension String {
    /// Itself, or a dash where there is nothing, so that a table has no holes.
    var orDash: String { self.isEmpty ? "-" : self }
}
