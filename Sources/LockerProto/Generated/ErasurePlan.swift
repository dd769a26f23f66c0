// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from record.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// What there was of an image when its erasure began, so that it can be looked for once the header, which tells it, is
/// gone.
package struct ErasurePlan: Sendable, Hashable {
    /// What the names of its data objects begin with, without the dot: "rbd_data.<image id>".
    package var objectPrefix: String

    /// The pool of the data objects.
    package var dataPoolID: Int64

    /// How many data objects an image of its size and layout may have; 0 where the header was gone already.
    package var possibleObjects: UInt64

    /// How many of them were there, where librbd's object map told it.
    package var existingObjects: UInt64

    /// `objects_counted`, field 5.
    package var objectsCounted: Bool

    /// Whether it ever had a snapshot: then the OSDs may keep clones of its objects, which they trim in their own time.
    package var hadSnapshots: Bool

    /// The ids of the snapshots that it still had, in sixteen hexadecimal digits, as the names of their object maps end.
    package var snapshotIDs: [String]

    /// The snapshot that it was a clone of; parent_image_id is empty if it was none.
    package var parentPoolID: Int64

    /// `parent_namespace`, field 9.
    package var parentNamespace: String

    /// `parent_image_id`, field 10.
    package var parentImageID: String

    /// `parent_snapshot_id`, field 11.
    package var parentSnapshotID: UInt64

    /// What a newer version has written besides.
    package var unknownFields = WireUnknownFields()

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        objectPrefix: String = "",
        dataPoolID: Int64 = 0,
        possibleObjects: UInt64 = 0,
        existingObjects: UInt64 = 0,
        objectsCounted: Bool = false,
        hadSnapshots: Bool = false,
        snapshotIDs: [String] = [],
        parentPoolID: Int64 = 0,
        parentNamespace: String = "",
        parentImageID: String = "",
        parentSnapshotID: UInt64 = 0
    ) {
        self.objectPrefix = objectPrefix
        self.dataPoolID = dataPoolID
        self.possibleObjects = possibleObjects
        self.existingObjects = existingObjects
        self.objectsCounted = objectsCounted
        self.hadSnapshots = hadSnapshots
        self.snapshotIDs = snapshotIDs
        self.parentPoolID = parentPoolID
        self.parentNamespace = parentNamespace
        self.parentImageID = parentImageID
        self.parentSnapshotID = parentSnapshotID
    }
}

extension ErasurePlan: WireMessage {
    package static let fullName = "locker.v1.ErasurePlan"
    package static let wireDescriptor = WireDescriptor(locker__v1__erasure_plan__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasurePlan.self).pointee
        self.init()
        self.objectPrefix = WireReading.string(raw.object_prefix)
        self.dataPoolID = raw.data_pool_id
        self.possibleObjects = raw.possible_objects
        self.existingObjects = raw.existing_objects
        self.objectsCounted = raw.objects_counted != 0
        self.hadSnapshots = raw.had_snapshots != 0
        self.snapshotIDs = WireReading.strings(raw.snapshot_ids, raw.n_snapshot_ids)
        self.parentPoolID = raw.parent_pool_id
        self.parentNamespace = WireReading.string(raw.parent_namespace)
        self.parentImageID = WireReading.string(raw.parent_image_id)
        self.parentSnapshotID = raw.parent_snapshot_id
        self.unknownFields = WireUnknownFields(wire)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Locker__V1__ErasurePlan.self)
        raw.pointee.object_prefix = try arena.string(self.objectPrefix, "locker.v1.ErasurePlan.object_prefix")
        raw.pointee.data_pool_id = self.dataPoolID
        raw.pointee.possible_objects = self.possibleObjects
        raw.pointee.existing_objects = self.existingObjects
        raw.pointee.objects_counted = self.objectsCounted ? 1 : 0
        raw.pointee.had_snapshots = self.hadSnapshots ? 1 : 0
        raw.pointee.n_snapshot_ids = self.snapshotIDs.count
        raw.pointee.snapshot_ids = try arena.strings(self.snapshotIDs, "locker.v1.ErasurePlan.snapshot_ids")
        raw.pointee.parent_pool_id = self.parentPoolID
        raw.pointee.parent_namespace = try arena.string(self.parentNamespace, "locker.v1.ErasurePlan.parent_namespace")
        raw.pointee.parent_image_id = try arena.string(self.parentImageID, "locker.v1.ErasurePlan.parent_image_id")
        raw.pointee.parent_snapshot_id = self.parentSnapshotID
        self.unknownFields.write(to: wire, arena: arena)
    }
}
