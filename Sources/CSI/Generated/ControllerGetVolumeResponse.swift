// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.ControllerGetVolumeResponse`.
package struct ControllerGetVolumeResponse: Sendable, Hashable {
    /// `volume`, field 1.
    package var volume: Volume?

    /// `status`, field 2.
    package var status: ControllerGetVolumeResponse.VolumeStatus?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volume: Volume? = nil,
        status: ControllerGetVolumeResponse.VolumeStatus? = nil
    ) {
        self.volume = volume
        self.status = status
    }

    /// `csi.v1.ControllerGetVolumeResponse.VolumeStatus`.
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
}

extension ControllerGetVolumeResponse: WireMessage {
    package static let fullName = "csi.v1.ControllerGetVolumeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_get_volume_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerGetVolumeResponse.self).pointee
        self.init()
        self.volume = raw.volume.map { Volume(wire: $0) }
        self.status = raw.status.map { ControllerGetVolumeResponse.VolumeStatus(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerGetVolumeResponse.self)
        if let value = self.volume {
            raw.pointee.volume = try arena.message(value, as: Csi__V1__Volume.self)
        }
        if let value = self.status {
            raw.pointee.status = try arena.message(value, as: Csi__V1__ControllerGetVolumeResponse__VolumeStatus.self)
        }
    }
}

extension ControllerGetVolumeResponse.VolumeStatus: WireMessage {
    package static let fullName = "csi.v1.ControllerGetVolumeResponse.VolumeStatus"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_get_volume_response__volume_status__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerGetVolumeResponse__VolumeStatus.self).pointee
        self.init()
        self.publishedNodeIDs = WireReading.strings(raw.published_node_ids, raw.n_published_node_ids)
        self.volumeCondition = raw.volume_condition.map { VolumeCondition(wire: $0) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerGetVolumeResponse__VolumeStatus.self)
        raw.pointee.n_published_node_ids = self.publishedNodeIDs.count
        raw.pointee.published_node_ids = try arena.strings(
            self.publishedNodeIDs,
            "csi.v1.ControllerGetVolumeResponse.VolumeStatus.published_node_ids"
        )
        if let value = self.volumeCondition {
            raw.pointee.volume_condition = try arena.message(value, as: Csi__V1__VolumeCondition.self)
        }
    }
}
