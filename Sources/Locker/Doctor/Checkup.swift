// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
package import Rados
internal import SystemPackage

/// Compares what a pool holds: records, images, trash, ledgers and who is fenced.
///
/// Volumes come and go meanwhile. So what does not fit at the first look is looked at again a little later, and only what
/// is the same then is a finding.
package struct Checkup: Sendable {
    private let layouts = LayoutCache()
    private let clock: WallClock
    private let patience: Duration

    /// A checkup.
    ///
    /// - Parameter patience: how long what does not fit may take to do so; more than a step of a volume's life takes.
    package init(clock: WallClock = .system, patience: Duration = .seconds(5)) {
        self.clock = clock
        self.patience = patience
    }

    /// What does not fit in a pool and namespace, in the order of kind and subject.
    ///
    /// - Throws: `CephError`; ``LockerError`` for a record that cannot be read.
    package func findings(in io: IOContext) async throws -> [Finding] {
        let first = try await self.look(io)
        guard !first.isEmpty else { return [] }
        try await Task.sleep(for: self.patience)
        return try await self.look(io).filter { later in first.contains { $0.isSame(as: later) } }
            .sorted { ($0.kind.rawValue, $0.subject) < ($1.kind.rawValue, $1.subject) }
    }

    private func look(_ io: IOContext) async throws -> [Finding] {
        let state = try await CheckupState(of: io, layouts: self.layouts, clock: self.clock)
        return state.imageFindings() + state.ledgerFindings()
    }

    /// Puts one finding right, if it is still so; a repeat changes nothing.
    ///
    /// - Throws: `CephError`; ``LockerError`` with `failedPrecondition` for one that nothing here repairs, with
    ///   `resourceExhausted` if a quota has no room for a volume that was not counted.
    package func repair(_ finding: Finding, in io: IOContext) async throws {
        switch finding.repair {
        case .count(let course, let volume, let student, let bytes):
            // Grown, deleted or made anew meanwhile: then it was counted by whoever did that.
            guard let record = try await self.record(volume, in: io), record.phase == .ready, record.step == nil,
                record.course == course, record.student == student, record.payloadBytes == bytes
            else { return }
            try await Ledger(course: course, io: io, clock: self.clock).count(volume, student: student, bytes: bytes)
        case .release(let course, let volume, let student):
            // A record comes before its count, and goes after it.
            if let record = try await self.record(volume, in: io), record.course == course { return }
            try await Ledger(course: course, io: io, clock: self.clock).release(volume, student: student)
        case .total(let course, let student):
            try await LedgerObject(course: course, io: io).addUp(student)
        case .courseTotal(let course):
            _ = try await LedgerObject(course: course, io: io).recount()
        case nil:
            throw LockerError(
                .failedPrecondition,
                "\(finding.kind.rawValue) of \(finding.subject) is not for a tool to repair: \(finding.remedy)"
            )
        }
    }

    private func record(_ key: RecordKey, in io: IOContext) async throws -> VolumeRecord? {
        try await RecordStore.open(io, layouts: self.layouts, creating: false)?.volume(key)?.value
    }
}
