// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// A quota before and after it was set.
struct QuotaChange: Encodable {
    let before: QuotaRow
    let after: QuotaRow

    init(_ change: (before: QuotaStanding, after: QuotaStanding)) {
        self.before = QuotaRow(change.before)
        self.after = QuotaRow(change.after)
    }

    /// The change for people.
    var text: String {
        let name = (self.after.student.map { "student \($0) of " } ?? "") + "course \(self.after.course)"
        let count = self.after.volumes == 1 ? "1 volume" : "\(self.after.volumes) volumes"
        return """
            \(name) has \(Quantity.words(bytes: self.after.bytes)) in \(count)
            bytes:   \(Self.words(bytes: self.before.quotaBytes)) -> \(Self.words(bytes: self.after.quotaBytes))
            volumes: \(Self.words(self.before.quotaVolumes)) -> \(Self.words(self.after.quotaVolumes))
            A quota takes nothing away: what is there stays, and only new volumes and growth are held to it.
            """
    }

    private static func words(bytes: Int64?) -> String { bytes.map { Quantity.words(bytes: $0) } ?? "no quota" }

    private static func words(_ volumes: Int64?) -> String { volumes.map(String.init) ?? "no quota" }
}
