// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Why a volume does not fit into a quota.
struct QuotaExcess: Sendable, Hashable {
    /// Whose quota it is.
    enum Owner: Sendable, Hashable {
        case student
        case course
    }

    /// What there is too much of.
    enum Unit: Sendable, Hashable {
        case bytes
        case volumes
    }

    let owner: Owner
    let unit: Unit
    /// Who wants it; empty where nobody knows.
    let student: String
    let has: Int64
    let wants: Int64
    let most: Int64

    /// What the caller is told: who has, wants and may have how much, and what to do.
    func error(course: String) -> LockerError {
        let name = self.student.isEmpty ? "somebody" : "student \"\(self.student)\""
        let (has, wants, most) = (self.words(self.has), self.words(self.wants), self.words(self.most))
        let needed = self.unit == .bytes ? Quantity.text(self.has + self.wants) : "\(self.has + self.wants)"
        let option = self.unit == .bytes ? "--bytes \(needed)" : "--volumes \(needed)"
        switch self.owner {
        case .student:
            return LockerError(
                .resourceExhausted,
                "\(name) of course \"\(course)\" has \(has), wants \(wants) more and may have \(most): delete a"
                    + " volume that is not needed any more, or let the lecturer allow more: lockerctl quota set --course \(course)"
                    + " --student \(self.student) \(option)"
            )
        case .course:
            return LockerError(
                .resourceExhausted,
                "course \"\(course)\" has \(has), \(name) wants \(wants) more, and the course may have \(most): delete"
                    + " volumes that are not needed any more, or let the lecturer allow more: lockerctl quota set"
                    + " --course \(course) \(option)"
            )
        }
    }

    private func words(_ value: Int64) -> String {
        switch self.unit {
        case .bytes: Quantity.words(bytes: value)
        case .volumes: value == 1 ? "1 volume" : "\(value) volumes"
        }
    }
}
