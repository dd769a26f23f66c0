// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import LockerProto
internal import RBD
internal import Rados
internal import Testing

extension Laboratory {
    /// A request for a copy; of the source's size unless more is asked for.
    func copy(
        of source: VolumeSource,
        named name: String = "copy",
        required: Int64 = 0,
        limit: Int64 = 0,
        student: String = "ada",
        parameters: [String: String] = [:],
        capabilities: [Capability] = [Capability(block: true, accessMode: 1)]
    ) throws -> VolumeRequest {
        let plain = try self.request(
            name,
            required: required,
            limit: limit,
            student: student,
            parameters: parameters,
            capabilities: capabilities
        )
        return VolumeRequest(
            name: plain.name,
            capacity: plain.capacity,
            parameters: plain.parameters,
            capabilities: plain.capabilities,
            source: source
        )
    }

    /// The records of the namespace.
    func store() async throws -> RecordStore {
        try #require(try await RecordStore.open(self.io, layouts: LayoutCache(), creating: true))
    }

    /// Changes a volume's record behind the controllers' backs.
    func edit(_ handle: VolumeHandle, _ change: (inout VolumeRecord) -> Void) async throws {
        let store = try await self.store()
        let stored = try #require(try await store.volume(handle.recordKey))
        var record = stored.value
        change(&record)
        #expect(try await store.put(record, at: handle.recordKey, replacing: stored) != nil)
    }

    /// Writes into a volume's image.
    func write(_ bytes: [UInt8], at offset: UInt64 = 0, to volume: VolumeHandle) async throws {
        try await self.io.withImage(.id(volume.imageID), readOnly: false) { try $0.write(offset: offset, bytes) }
    }

    /// Reads from a volume's image.
    func read(_ count: Int, at offset: UInt64 = 0, from volume: VolumeHandle) async throws -> [UInt8] {
        try await self.io.withImage(.id(volume.imageID), readOnly: true) { try $0.read(offset: offset, count: count) }
    }

    /// The kinds of a volume's snapshots.
    func kinds(of volume: VolumeHandle) async throws -> [Snapshot.Kind] {
        try await self.snapshots(of: volume).map(\.kind)
    }

    /// Whether a volume's image is a clone.
    func hasParent(_ volume: VolumeHandle) async throws -> Bool {
        try await self.io.withImage(.id(volume.imageID), readOnly: true) { try $0.parent() != nil }
    }

    /// How many objects hold a volume's data.
    func dataObjects(of volume: VolumeHandle) async throws -> Int {
        try await self.io.objects().filter { $0.hasPrefix("rbd_data.\(volume.imageID).") }.count
    }
}
