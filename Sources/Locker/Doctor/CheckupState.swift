// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto
internal import ProtobufC
internal import RBD
internal import Rados
internal import SystemPackage

/// What a pool and namespace held at one look: records, images, keys, trash, ledgers.
///
/// Images are opened read-only, which neither watches nor locks them.
struct CheckupState: Sendable {
    /// What one course's ledger says.
    struct Counts: Sendable {
        var entries: [RecordKey: LedgerEntry] = [:]
        var totals: [String: StudentTotal] = [:]
        /// `nil` as long as no version of Locker with quotas has changed the ledger.
        var course: CourseTotal?
    }

    /// Who has an image open.
    struct Clients: Sendable {
        /// Those that have it open for writing.
        let watchers: Set<String>
        /// Who holds the exclusive lock.
        let lockOwner: String?
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
    /// Who has the images of volumes in use open, by the image's id.
    private(set) var clients: [String: Clients] = [:]
    /// The ids of images of which a receipt says that they are gone.
    private(set) var receipts: Set<String> = []
    /// The namespace's wrapped keys by their data key's id; `nil` if this user may not see them.
    private(set) var keys: [String: WrappedKey]?
    /// Clients that the monitors refuse; `nil` if this user may not ask.
    private(set) var blocklist: Blocklist?
    /// Milliseconds since 1970.
    let lookedAt: Int64

    /// Looks.
    ///
    /// - Parameter keys: the wrapped keys of the pool; `nil` if this user may not see them.
    /// - Throws: `CephError`, ``LockerError`` for a record that cannot be read.
    init(of io: IOContext, keys: [WrappedKey]?, layouts: LayoutCache, clock: WallClock) async throws {
        self.pool = io.poolName
        self.namespace = io.namespace
        self.lookedAt = clock.milliseconds
        self.keys = keys.map { all in
            let mine = all.filter { $0.radosNamespace == io.namespace }
            return Dictionary(mine.map { ($0.dataKeyID, $0) }) { $1 }
        }
        guard let store = try await RecordStore.open(io, layouts: layouts, creating: false) else { return }
        try await store.forEach(of: VolumeRecord.self, prefix: "v/") { name, stored in
            if let key = RecordKey(hex: name.dropFirst(2)) { self.volumes[key] = stored.value }
        }
        try await store.forEach(of: VolumeRecord.self, prefix: "e/") { name, stored in
            self.erasures[String(name.dropFirst(2))] = stored.value
        }
        try await store.forEachReceipt { imageID, _ in self.receipts.insert(imageID) }
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
        let used = self.volumes.values.filter { $0.phase == .ready }.map(\.imageID)
        self.clients = try await Self.clients(of: Set(used).intersection(self.images.values), in: io)
    }

    /// Looks at some images, several at once.
    private static func clients(of imageIDs: Set<String>, in io: IOContext) async throws -> [String: Clients] {
        let all = imageIDs.sorted()
        var found: [String: Clients] = [:]
        for start in stride(from: 0, to: all.count, by: 16) {
            try await withThrowingTaskGroup(of: (String, Clients?).self) { group in
                for imageID in all[start..<min(start + 16, all.count)] {
                    group.addTask { (imageID, try await Self.clients(of: imageID, in: io)) }
                }
                for try await (imageID, clients) in group { found[imageID] = clients }
            }
        }
        return found
    }

    /// Looks at one image; `nil` if it has gone meanwhile.
    private static func clients(of imageID: String, in io: IOContext) async throws -> Clients? {
        do {
            return try await io.withImage(.id(imageID), readOnly: true) { image in
                Clients(watchers: Set(try image.watchers().map(\.address)), lockOwner: try image.lockOwner())
            }
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return nil
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
