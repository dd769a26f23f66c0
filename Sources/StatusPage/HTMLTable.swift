// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A table with a caption and headers that stays one for screen readers where the style sheet makes cards of its rows.
struct HTMLTable {
    /// What it is of.
    let caption: String
    /// The columns' names.
    let columns: [String]
    /// The cells; the first of a row is its header.
    let rows: [[Markup]]
    /// What to say when there are no rows.
    let nothing: String

    /// The table.
    var markup: Markup {
        guard !self.rows.isEmpty else {
            return .element("div", [.element("h2", [.text(self.caption)]), .element("p", [.text(self.nothing)])])
        }
        let titles = self.columns.map { Markup.element("th", ["scope": "col", "role": "columnheader"], [.text($0)]) }
        let lines = self.rows.map { row in
            let cells = row.indices.map { column in
                column == 0
                    ? Markup.element("th", ["scope": "row", "role": "rowheader"], [row[column]])
                    : .element("td", ["role": "cell", "data-label": self.columns[column]], [row[column]])
            }
            return Markup.element("tr", ["role": "row"], cells)
        }
        return .element(
            "table",
            ["role": "table"],
            [
                .element("caption", [.text(self.caption)]),
                .element("thead", ["role": "rowgroup"], [.element("tr", ["role": "row"], titles)]),
                .element("tbody", ["role": "rowgroup"], lines),
            ]
        )
    }
}
