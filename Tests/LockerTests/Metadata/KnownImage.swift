// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

/// An image of a test, with records of its snapshots as CreateSnapshot leaves them, and what each snapshot reads as.
final class KnownImage {
    /// A snapshot: its handle, and all of its bytes as librbd reads them.
    struct Moment: Sendable {
        let handle: SnapshotHandle
        let bytes: [UInt8]
    }

    let laboratory: Laboratory
    let name: String
    let imageID: String
    private(set) var moments: [Moment] = []
    private var random: SeededNumbers

    /// Makes an image.
    init(
        _ name: String = "known",
        size: UInt64 = 8 << 20,
        options: ImageOptions = ImageOptions(objectSize: 256 << 10),
        seed: UInt64,
        in laboratory: Laboratory
    ) async throws {
        try await laboratory.io.createImage(name, size: size, options: options)
        self.laboratory = laboratory
        self.name = name
        self.imageID = try await laboratory.io.imageID(named: name)
        self.random = SeededNumbers(seed)
    }

    /// Clones the last snapshot into an image of its own.
    init(cloning parent: KnownImage, as name: String, seed: UInt64) async throws {
        let io = parent.laboratory.io
        let snapshot = "s\(parent.moments.count - 1)"
        let options = ImageOptions(objectSize: 256 << 10)
        try await io.clone(from: io, image: parent.name, snapshot: snapshot, as: name, options: options)
        self.laboratory = parent.laboratory
        self.name = name
        self.imageID = try await io.imageID(named: name)
        self.random = SeededNumbers(seed)
    }

    /// Writes, zeroes and discards here and there.
    func change(_ count: Int = 24) async throws {
        var random = self.random
        let operations = (0..<count).map { _ in (random.next(), random.next(), random.next()) }
        self.random = random
        try await self.laboratory.io.withImage(.name(self.name), readOnly: false) { image in
            let size = try image.size
            for (what, place, length) in operations {
                // From a sector to three objects.
                let length = min(512 + length % (what % 3 == 0 ? 786_432 : 16_384), size)
                let offset = place % (size - length + 1)
                switch what % 8 {
                case 0: try image.discard(offset: offset, count: length)
                case 1: try image.writeZeroes(offset: offset, count: Int(length))
                case 2: try image.discard(offset: offset / 262_144 * 262_144, count: 262_144)
                default:
                    let byte = UInt8(truncatingIfNeeded: place | 1)
                    try image.write(offset: offset, [UInt8](repeating: byte, count: Int(length)))
                }
            }
        }
    }

    /// Makes the image larger.
    func grow(to size: UInt64) async throws {
        try await self.laboratory.io.withImage(.name(self.name), readOnly: false) { try $0.resize(to: size) }
    }

    /// Takes a snapshot, and writes the record of it.
    @discardableResult
    func take() async throws -> Moment {
        let io = self.laboratory.io
        let name = "s\(self.moments.count)"
        let (id, bytes) = try await io.withImage(.name(self.name), readOnly: false) { image in
            try image.createSnapshot(name)
            let id = try #require(try image.snapshots().first { $0.name == name }).id
            try image.look(atSnapshot: id)
            return (id, try image.read(offset: 0, count: Int(try image.size)))
        }
        let handle = try await self.record(snapshot: id, named: name, bytes: Int64(bytes.count))
        let moment = Moment(handle: handle, bytes: bytes)
        self.moments.append(moment)
        return moment
    }

    /// Writes the record of a snapshot that there is.
    func record(snapshot id: UInt64, named name: String, bytes: Int64, group: String = "") async throws
        -> SnapshotHandle
    {
        let io = self.laboratory.io
        let opened = try await RecordStore.open(io, layouts: LayoutCache(), creating: true)
        let store = try #require(opened)
        let key = RecordKey(instance: "test", snapshot: "\(self.name)/\(name)")
        let record = SnapshotRecord(
            phase: .ready,
            requestName: name,
            sourceName: self.name,
            groupSnapshotID: group,
            payloadBytes: bytes,
            imageName: self.name,
            imageID: self.imageID,
            fsid: io.cluster.fsid,
            poolID: io.poolID,
            radosNamespace: io.namespace,
            snapshotName: name,
            snapshotID: id
        )
        try #require(try await store.put(record, at: key, replacing: nil) != nil)
        return try SnapshotHandle(
            clusterID: "lab",
            poolID: io.poolID,
            namespace: io.namespace,
            recordKey: key,
            imageID: self.imageID,
            snapshotID: id,
            keys: try InstanceKeys(parsing: "a-key-of-the-tests")
        )
    }
}

/// Numbers that are the same in every run.
struct SeededNumbers {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
