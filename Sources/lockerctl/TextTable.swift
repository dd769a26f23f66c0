// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Rows of text under titles, each column as wide as what is in it.
enum TextTable {
    /// The lines of a table.
    static func text(_ titles: [String], _ rows: [[String]]) -> String {
        let lines = [titles] + rows
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = line.indices.map { column in
                line[column] + String(repeating: " ", count: widths[column] - line[column].count)
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
