// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// `csi.v1.ControllerPublishVolumeResponse`.
package struct ControllerPublishVolumeResponse: Sendable, Hashable {
    /// `publish_context`, field 1.
    package var publishContext: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        publishContext: [String: String] = [:]
    ) {
        self.publishContext = publishContext
    }
}

extension ControllerPublishVolumeResponse: WireMessage {
    package static let fullName = "csi.v1.ControllerPublishVolumeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_publish_volume_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerPublishVolumeResponse.self).pointee
        self.init()
        self.publishContext = WireReading.map(raw.publish_context, raw.n_publish_context) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerPublishVolumeResponse.self)
        raw.pointee.n_publish_context = self.publishContext.count
        raw.pointee.publish_context = try arena.entries(
            self.publishContext,
            in: Self.wireDescriptor,
            field: 1,
            as: Csi__V1__ControllerPublishVolumeResponse__PublishContextEntry.self,
            "csi.v1.ControllerPublishVolumeResponse.publish_context"
        )
    }
}
