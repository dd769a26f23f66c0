// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// What the new volume starts as a copy of.
package struct VolumeContentSource: Sendable, Hashable {
    /// The oneof `type`: nil when none of its fields is set.
    package var kind: Kind?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        kind: Kind? = nil
    ) {
        self.kind = kind
    }

    /// The fields of the oneof `type`, of which at most one is set.
    package enum Kind: Sendable, Hashable {
        /// `snapshot`, field 1.
        case snapshot(VolumeContentSource.SnapshotSource)
        /// `volume`, field 2.
        case volume(VolumeContentSource.VolumeSource)
    }

    /// `csi.v1.VolumeContentSource.SnapshotSource`.
    package struct SnapshotSource: Sendable, Hashable {
        /// `snapshot_id`, field 1.
        package var snapshotID: String

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            snapshotID: String = ""
        ) {
            self.snapshotID = snapshotID
        }
    }

    /// `csi.v1.VolumeContentSource.VolumeSource`.
    package struct VolumeSource: Sendable, Hashable {
        /// `volume_id`, field 1.
        package var volumeID: String

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            volumeID: String = ""
        ) {
            self.volumeID = volumeID
        }
    }
}

extension VolumeContentSource: WireMessage {
    package static let fullName = "csi.v1.VolumeContentSource"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_content_source__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeContentSource.self).pointee
        self.init()
        switch raw.type_case.rawValue {
        case 1:
            self.kind = raw.snapshot.map { VolumeContentSource.SnapshotSource(wire: $0) }.map { .snapshot($0) }
        case 2:
            self.kind = raw.volume.map { VolumeContentSource.VolumeSource(wire: $0) }.map { .volume($0) }
        default:
            break
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeContentSource.self)
        switch self.kind {
        case .snapshot(let value):
            raw.pointee.type_case = .init(rawValue: 1)
            raw.pointee.snapshot = try arena.message(value, as: Csi__V1__VolumeContentSource__SnapshotSource.self)
        case .volume(let value):
            raw.pointee.type_case = .init(rawValue: 2)
            raw.pointee.volume = try arena.message(value, as: Csi__V1__VolumeContentSource__VolumeSource.self)
        case nil:
            break
        }
    }
}

extension VolumeContentSource.SnapshotSource: WireMessage {
    package static let fullName = "csi.v1.VolumeContentSource.SnapshotSource"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_content_source__snapshot_source__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeContentSource__SnapshotSource.self).pointee
        self.init()
        self.snapshotID = WireReading.string(raw.snapshot_id)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeContentSource__SnapshotSource.self)
        raw.pointee.snapshot_id = try arena.string(
            self.snapshotID,
            "csi.v1.VolumeContentSource.SnapshotSource.snapshot_id"
        )
    }
}

extension VolumeContentSource.VolumeSource: WireMessage {
    package static let fullName = "csi.v1.VolumeContentSource.VolumeSource"
    package static let wireDescriptor = WireDescriptor(csi__v1__volume_content_source__volume_source__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeContentSource__VolumeSource.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__VolumeContentSource__VolumeSource.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.VolumeContentSource.VolumeSource.volume_id")
    }
}
