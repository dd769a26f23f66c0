// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC

/// The part of a ledger that a batch of changes touches, while it is worked out.
struct LedgerState {
    private var entries: [String: LedgerEntry]
    private var totals: [String: StudentTotal]
    private var changed: Set<String> = []

    init(entries: [String: LedgerEntry], totals: [String: StudentTotal]) {
        self.entries = entries
        self.totals = totals
    }

    /// Applies one change; a repeat changes nothing.
    mutating func apply(_ change: Ledger.Change, at now: Int64) {
        let key = "v/\(change.volume.hex)"
        let before = self.entries[key]
        if let bytes = change.bytes {
            if let before, before.bytes == bytes, before.student == change.student { return }
            if let before { self.add(-before.bytes, volumes: -1, to: before.student) }
            self.entries[key] = LedgerEntry(format: 1, student: change.student, bytes: bytes, countedAt: now)
            self.add(bytes, volumes: 1, to: change.student)
        } else {
            guard let before else { return }
            self.entries[key] = nil
            self.add(-before.bytes, volumes: -1, to: before.student)
        }
        self.changed.insert(key)
    }

    private mutating func add(_ bytes: Int64, volumes: Int64, to student: String) {
        guard !student.isEmpty else { return }
        let key = "s/\(student)"
        var total = self.totals[key] ?? StudentTotal(format: 1)
        total.bytes += bytes
        total.volumes += volumes
        total.revision += 1
        self.totals[key] = total
        self.changed.insert(key)
    }

    /// The new value of each key that is another than before; `nil` for one that goes.
    func encodedChanges() throws -> [String: [UInt8]?] {
        var update: [String: [UInt8]?] = [:]
        for key in self.changed {
            if let entry = self.entries[key] {
                update[key] = try entry.encoded()
            } else if let total = self.totals[key] {
                update[key] = try total.encoded()
            } else {
                update.updateValue(nil, forKey: key)
            }
        }
        return update
    }
}
