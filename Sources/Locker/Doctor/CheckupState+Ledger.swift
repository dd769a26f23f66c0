// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

extension CheckupState {
    private static let remedy = "lockerctl doctor --repair makes the ledger agree with the records"

    /// Volumes that a ledger counts wrongly, twice or not at all, and sums that are none.
    func ledgerFindings() -> [Finding] {
        let missing = self.volumes.flatMap { self.countFindings($0.value, key: $0.key) }
        return missing
            + self.ledgers.flatMap { course, counts in
                self.leftovers(course, counts) + self.totals(course, counts) + self.courseTotal(course, counts)
            }
    }

    /// A volume in use is counted with its bytes, for its student, in its course's ledger.
    private func countFindings(_ record: VolumeRecord, key: RecordKey) -> [Finding] {
        // One that is being made or deleted is counted from some moment on, or until one.
        guard record.phase == .ready, record.step == nil else { return [] }
        let (student, bytes) = (record.student, record.payloadBytes)
        let repair = Finding.Repair.count(course: record.course, volume: key, student: student, bytes: bytes)
        let volume = "volume \"\(record.requestName)\" of student \"\(student)\""
        guard let entry = self.ledgers[record.course]?.entries[key] else {
            return [
                self.finding(
                    .ledgerMissing,
                    record.requestName,
                    "\(volume) (\(bytes) bytes) is not counted in the ledger of course \"\(record.course)\"",
                    Self.remedy,
                    repair: repair
                )
            ]
        }
        guard entry.bytes != bytes || entry.student != student else { return [] }
        return [
            self.finding(
                .ledgerWrong,
                record.requestName,
                "\(volume) has \(bytes) bytes, and the ledger of course \"\(record.course)\" counts \(entry.bytes) for"
                    + " student \"\(entry.student)\"",
                Self.remedy,
                repair: repair
            )
        ]
    }

    private func leftovers(_ course: String, _ counts: Counts) -> [Finding] {
        counts.entries.compactMap { key, entry in
            guard self.volumes[key].map({ $0.course != course }) ?? true else { return nil }
            return self.finding(
                .ledgerLeftover,
                "\(course)/\(key.hex)",
                "the ledger of course \"\(course)\" counts \(entry.bytes) bytes of student \"\(entry.student)\" for a"
                    + " volume that there is not",
                Self.remedy,
                repair: .release(course: course, volume: key, student: entry.student)
            )
        }
    }

    private func courseTotal(_ course: String, _ counts: Counts) -> [Finding] {
        guard let total = counts.course else { return [] }
        let bytes = counts.entries.values.reduce(0) { $0 + $1.bytes }
        let volumes = Int64(counts.entries.count)
        guard total.bytes != bytes || total.volumes != volumes else { return [] }
        return [
            self.finding(
                .totalWrong,
                course,
                "the ledger of course \"\(course)\" says that it has \(total.volumes) volumes and \(total.bytes) bytes, and"
                    + " counts \(volumes) and \(bytes)",
                Self.remedy,
                repair: .courseTotal(course: course)
            )
        ]
    }

    private func totals(_ course: String, _ counts: Counts) -> [Finding] {
        var sums: [String: (bytes: Int64, volumes: Int64)] = [:]
        for entry in counts.entries.values where !entry.student.isEmpty {
            sums[entry.student, default: (0, 0)].bytes += entry.bytes
            sums[entry.student, default: (0, 0)].volumes += 1
        }
        return Set(sums.keys).union(counts.totals.keys).compactMap { student in
            let sum = sums[student] ?? (0, 0)
            let total = counts.totals[student] ?? StudentTotal()
            guard total.bytes != sum.bytes || total.volumes != sum.volumes else { return nil }
            return self.finding(
                .totalWrong,
                "\(course)/\(student)",
                "the ledger of course \"\(course)\" says that student \"\(student)\" has \(total.volumes) volumes and"
                    + " \(total.bytes) bytes, and counts \(sum.volumes) and \(sum.bytes)",
                Self.remedy,
                repair: .total(course: course, student: student)
            )
        }
    }
}
