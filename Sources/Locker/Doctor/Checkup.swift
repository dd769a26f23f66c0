// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
package import Rados
internal import SystemPackage

/// Compares what a pool holds: records, images and who has them open, keys, trash, receipts, ledgers and who is fenced.
///
/// Volumes come and go meanwhile. So what does not fit at the first look is looked at again a little later, and only what
/// is the same then is a finding.
package struct Checkup: Sendable {
    private let layouts = LayoutCache()
    let clock: WallClock
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
        try await self.findings(in: [io]).map(\.finding)
    }

    /// What does not fit in pools and namespaces, each where it was found.
    ///
    /// - Throws: `CephError`; ``LockerError`` for a record that cannot be read.
    package func findings(in contexts: [IOContext]) async throws -> [(finding: Finding, io: IOContext)] {
        let first = try await self.look(contexts)
        guard !first.isEmpty else { return [] }
        try await Task.sleep(for: self.patience)
        // Where nothing was found there is nothing to look at again.
        let suspects = contexts.filter { io in first.contains { $0.io === io } }
        return try await self.look(suspects)
            .filter { later in first.contains { $0.io === later.io && $0.finding.isSame(as: later.finding) } }
            .sorted { one, other in
                let (left, right) = (one.finding, other.finding)
                return (left.namespace, left.kind.rawValue, left.subject)
                    < (right.namespace, right.kind.rawValue, right.subject)
            }
    }

    private func look(_ contexts: [IOContext]) async throws -> [(finding: Finding, io: IOContext)] {
        // Listing them walks the whole pool: once for all of its namespaces.
        var keys: [Int64: [WrappedKey]?] = [:]
        var found: [(finding: Finding, io: IOContext)] = []
        for io in contexts {
            let known: [WrappedKey]?
            if let listed = keys[io.poolID] {
                known = listed
            } else {
                known = try await Self.keys(besides: io)
                keys.updateValue(known, forKey: io.poolID)
            }
            let state = try await CheckupState(of: io, keys: known, layouts: self.layouts, clock: self.clock)
            let findings =
                state.imageFindings() + state.erasureStateFindings() + state.clientFindings() + state.keyFindings()
                + state.ledgerFindings()
            found += findings.map { (finding: $0, io: io) }
        }
        return found
    }

    /// The wrapped keys of a pool; `nil` if this user may not see them.
    private static func keys(besides io: IOContext) async throws -> [WrappedKey]? {
        do {
            return try await WrappedKeyStore(besides: io).all()
        } catch let error as LockerError where error.code == .permissionDenied {
            return nil
        }
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
        case .noteKey(let volume):
            guard let record = try await self.record(volume, in: io), record.encryption != .plain,
                let wrapped = try await WrappedKeyStore(besides: io).read(record.dataKeyID)?.value
            else { return }
            let entry = KeyRotation.Entry(record: record, recordKey: volume, wrapped: wrapped)
            try await KeyRotation(layouts: self.layouts, clock: self.clock)
                .note(wrapped.wrappingKeyID, of: entry, in: io)
        case .breakLock(let imageID, let owner):
            // Whoever is not refused any more may write by it.
            guard try await io.cluster.isBlocklisted(owner) else { return }
            try await io.cluster.waitForLatestMap()
            do {
                try await io.withImage(.id(imageID), readOnly: false) { image in
                    guard try image.lockOwner() == owner else { return }
                    try image.breakLock(of: owner)
                }
            } catch let error as CephError where error.code == .noSuchFileOrDirectory {
                return
            }
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
