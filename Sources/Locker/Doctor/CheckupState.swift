// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import SystemPackage

/// What a pool and namespace held at one look: records, images, trash, ledgers. No image is opened for it.
struct CheckupState: Sendable {
    /// What one course's ledger says.
    struct Counts: Sendable {
        var entries: [RecordKey: LedgerEntry] = [:]
        var totals: [String: StudentTotal] = [:]
        /// `nil` as long as no version of Locker with quotas has changed the ledger.
        var course: CourseTotal?
    }

    let pool: String
    let namespace: String
    /// Volumes by their record's key: being made, in use, being deleted.
    private(set) var volumes: [RecordKey: VolumeRecord] = [:]
    /// Volumes whose data is being removed, by their image's id.
    private(set) var erasures: [String: VolumeRecord] = [:]
    /// Images: id by name.
    private(set) var images: [String: String] = [:]
    /// The trash, by id.
    private(set) var trash: [String: TrashEntry] = [:]
    /// Ledgers by course.
    private(set) var ledgers: [String: Counts] = [:]
    /// Clients that the monitors refuse; `nil` if this user may not ask.
    private(set) var blocklist: Blocklist?
    /// Milliseconds since 1970.
    let lookedAt: Int64

    /// Looks.
    ///
    /// - Throws: `CephError`, ``LockerError`` for a record that cannot be read.
    init(of io: IOContext, layouts: LayoutCache, clock: WallClock) async throws {
        self.pool = io.poolName
        self.namespace = io.namespace
        self.lookedAt = clock.milliseconds
        guard let store = try await RecordStore.open(io, layouts: layouts, creating: false) else { return }
        try await store.forEach(of: VolumeRecord.self, prefix: "v/") { name, stored in
            if let key = RecordKey(hex: name.dropFirst(2)) { self.volumes[key] = stored.value }
        }
        try await store.forEach(of: VolumeRecord.self, prefix: "e/") { name, stored in
            self.erasures[String(name.dropFirst(2))] = stored.value
        }
        for (name, id) in try await io.images() { self.images[name] = id }
        for entry in try await io.trash() { self.trash[entry.id] = entry }
        for course in Set(try await NamespaceIndex.courses(of: io) + self.volumes.values.map(\.course)) {
            self.ledgers[course] = try await Self.counts(of: LedgerObject(course: course, io: io))
        }
        do {
            self.blocklist = try await io.cluster.blocklist()
        } catch let error as CephError where [.notPermitted, .permissionDenied].contains(error.code) {
            self.blocklist = nil
        }
    }

    private static func counts(of ledger: LedgerObject) async throws -> Counts {
        var counts = Counts()
        // The total first: what is counted while the rest is read makes it look wrong, and the next look does not.
        counts.course = try await ledger.all(LedgerState.courseKey).first { $0.key == LedgerState.courseKey }
            .map { try CourseTotal(decoding: $0.value) }
        for (key, value) in try await ledger.all("s/") {
            counts.totals[String(key.dropFirst(2))] = try StudentTotal(decoding: value)
        }
        for (key, value) in try await ledger.all("v/") {
            guard let volume = RecordKey(hex: key.dropFirst(2)) else { continue }
            counts.entries[volume] = try LedgerEntry(decoding: value)
        }
        return counts
    }
}
