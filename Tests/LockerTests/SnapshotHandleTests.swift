// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

@Suite
struct SnapshotHandleTests {
    private let keys: InstanceKeys
    private let snapshot: SnapshotHandle
    private let group: GroupSnapshotHandle
    private let volume: VolumeHandle

    init() throws {
        self.keys = try InstanceKeys(parsing: "0123456789abcdef")
        self.snapshot = try SnapshotHandle(
            clusterID: "ceph",
            poolID: 3,
            namespace: "course",
            recordKey: RecordKey(instance: "i", snapshot: "snap"),
            imageID: String(repeating: "f", count: 24),
            snapshotID: .max - 1,
            keys: self.keys
        )
        self.group = try GroupSnapshotHandle(
            clusterID: "ceph",
            poolID: 3,
            namespace: "course",
            recordKey: RecordKey(instance: "i", groupSnapshot: "snap"),
            createdAt: 1_790_000_000_000,
            keys: self.keys
        )
        self.volume = try VolumeHandle(
            clusterID: "ceph",
            poolID: 3,
            namespace: "course",
            recordKey: RecordKey(instance: "i", name: "snap"),
            imageID: "1",
            keys: self.keys
        )
    }

    @Test("The longest handle fits into CSI's 128 bytes and reads back as it was written")
    func roundTrip() throws {
        #expect(self.snapshot.text.utf8.count <= 128)
        let read = try #require(try SnapshotHandle(reading: self.snapshot.text))
        #expect(read == self.snapshot)
        #expect(read.snapshotID == UInt64.max - 1)
        #expect(read.imageID == String(repeating: "f", count: 24))
        try read.verify(with: self.keys)
        let group = try #require(try GroupSnapshotHandle(reading: self.group.text))
        #expect(group == self.group)
        #expect(group.createdAt == 1_790_000_000_000)
        try group.verify(with: self.keys)
    }

    @Test("A volume, a snapshot and a group's snapshot of one name have records of their own")
    func keysDiffer() {
        #expect(Set([self.snapshot.recordKey, self.group.recordKey, self.volume.recordKey]).count == 3)
    }

    @Test("A handle of another kind is refused, and the message says of which")
    func otherKinds() {
        #expect(throws: LockerError.self) { try VolumeHandle(reading: self.snapshot.text) }
        #expect(throws: LockerError.self) { try GroupSnapshotHandle(reading: self.snapshot.text) }
        let error = #expect(throws: LockerError.self) { try SnapshotHandle(reading: self.volume.text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("is a volume_id") == true)
    }

    @Test("What Locker never wrote does not exist", arguments: ["", "x", "snap-1", String(repeating: "A", count: 100)])
    func foreign(text: String) throws {
        #expect(try SnapshotHandle(reading: text) == nil)
        #expect(try GroupSnapshotHandle(reading: text) == nil)
    }

    @Test("Another installation's signature is refused, never taken for something that does not exist")
    func foreignSignature() throws {
        let others = try InstanceKeys(parsing: "fedcba9876543210")
        let error = #expect(throws: LockerError.self) { try self.snapshot.verify(with: others) }
        #expect(error?.code == .failedPrecondition)
    }
}
