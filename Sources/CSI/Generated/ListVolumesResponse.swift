// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.ListVolumesResponse`.
package struct ListVolumesResponse: Sendable, Hashable {
    /// `entries`, field 1.
    package var entries: [ListVolumesResponse.Entry]

    /// `next_token`, field 2.
    package var nextToken: String

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        entries: [ListVolumesResponse.Entry] = [],
        nextToken: String = ""
    ) {
        self.entries = entries
        self.nextToken = nextToken
    }

    /// Where the volume is published, and its condition.
    package struct VolumeStatus: Sendable, Hashable {
        /// `published_node_ids`, field 1.
        package var publishedNodeIDs: [String]

        /// `volume_condition`, field 2.
        package var volumeCondition: VolumeCondition?

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            publishedNodeIDs: [String] = [],
            volumeCondition: VolumeCondition? = nil
        ) {
            self.publishedNodeIDs = publishedNodeIDs
            self.volumeCondition = volumeCondition
        }
    }

    /// `csi.v1.ListVolumesResponse.Entry`.
    package struct Entry: Sendable, Hashable {
        /// `volume`, field 1.
        package var volume: Volume?

        /// `status`, field 2.
        package var status: ListVolumesResponse.VolumeStatus?

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            volume: Volume? = nil,
            status: ListVolumesResponse.VolumeStatus? = nil
        ) {
            self.volume = volume
            self.status = status
        }
    }
}

extension ListVolumesResponse: WireMessage {
    package static let fullName = "csi.v1.ListVolumesResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__list_volumes_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesResponse.self).pointee
        self.init()
        self.entries = WireReading.messages(raw.entries, raw.n_entries)
        self.nextToken = WireReading.string(raw.next_token)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesResponse.self)
        raw.pointee.n_entries = self.entries.count
        raw.pointee.entries = try arena.messages(self.entries, as: Csi__V1__ListVolumesResponse__Entry.self)
        raw.pointee.next_token = try arena.string(self.nextToken, "csi.v1.ListVolumesResponse.next_token")
    }
}

extension ListVolumesResponse.VolumeStatus: WireMessage {
    package static let fullName = "csi.v1.ListVolumesResponse.VolumeStatus"
    package static let wireDescriptor = WireDescriptor(csi__v1__list_volumes_response__volume_status__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesResponse__VolumeStatus.self).pointee
        self.init()
        self.publishedNodeIDs = WireReading.strings(raw.published_node_ids, raw.n_published_node_ids)
        self.volumeCondition = raw.volume_condition.map { VolumeCondition(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesResponse__VolumeStatus.self)
        raw.pointee.n_published_node_ids = self.publishedNodeIDs.count
        raw.pointee.published_node_ids = try arena.strings(
            self.publishedNodeIDs,
            "csi.v1.ListVolumesResponse.VolumeStatus.published_node_ids"
        )
        if let value = self.volumeCondition {
            raw.pointee.volume_condition = try arena.message(value, as: Csi__V1__VolumeCondition.self)
        }
    }
}

extension ListVolumesResponse.Entry: WireMessage {
    package static let fullName = "csi.v1.ListVolumesResponse.Entry"
    package static let wireDescriptor = WireDescriptor(csi__v1__list_volumes_response__entry__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesResponse__Entry.self).pointee
        self.init()
        self.volume = raw.volume.map { Volume(wire: $0) }
        self.status = raw.status.map { ListVolumesResponse.VolumeStatus(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ListVolumesResponse__Entry.self)
        if let value = self.volume {
            raw.pointee.volume = try arena.message(value, as: Csi__V1__Volume.self)
        }
        if let value = self.status {
            raw.pointee.status = try arena.message(value, as: Csi__V1__ListVolumesResponse__VolumeStatus.self)
        }
    }
}
