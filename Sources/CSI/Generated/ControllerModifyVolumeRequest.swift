// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC
package import Redaction

/// Changes the mutable parameters of a volume, all of them or none.
package struct ControllerModifyVolumeRequest: Sendable, Hashable {
    /// `volume_id`, field 1.
    package var volumeID: String

    /// `secrets`, field 2.
    package var secrets: [String: Secret]

    /// `mutable_parameters`, field 3.
    package var mutableParameters: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        volumeID: String = "",
        secrets: [String: Secret] = [:],
        mutableParameters: [String: String] = [:]
    ) {
        self.volumeID = volumeID
        self.secrets = secrets
        self.mutableParameters = mutableParameters
    }
}

extension ControllerModifyVolumeRequest: WireMessage {
    package static let fullName = "csi.v1.ControllerModifyVolumeRequest"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_modify_volume_request__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerModifyVolumeRequest.self).pointee
        self.init()
        self.volumeID = WireReading.string(raw.volume_id)
        self.secrets = WireReading.secrets(raw.secrets, raw.n_secrets) { ($0.key, $0.value) }
        self.mutableParameters = WireReading.map(raw.mutable_parameters, raw.n_mutable_parameters) {
            ($0.key, $0.value)
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerModifyVolumeRequest.self)
        raw.pointee.volume_id = try arena.string(self.volumeID, "csi.v1.ControllerModifyVolumeRequest.volume_id")
        raw.pointee.n_secrets = self.secrets.count
        raw.pointee.secrets = try arena.entries(
            self.secrets,
            in: Self.wireDescriptor,
            field: 2,
            as: Csi__V1__ControllerModifyVolumeRequest__SecretsEntry.self,
            "csi.v1.ControllerModifyVolumeRequest.secrets"
        )
        raw.pointee.n_mutable_parameters = self.mutableParameters.count
        raw.pointee.mutable_parameters = try arena.entries(
            self.mutableParameters,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__ControllerModifyVolumeRequest__MutableParametersEntry.self,
            "csi.v1.ControllerModifyVolumeRequest.mutable_parameters"
        )
    }
}
