// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// name is in domain-name notation, at most 63 characters.
package struct GetPluginInfoResponse: Sendable, Hashable {
    /// `name`, field 1.
    package var name: String

    /// `vendor_version`, field 2.
    package var vendorVersion: String

    /// `manifest`, field 3.
    package var manifest: [String: String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        name: String = "",
        vendorVersion: String = "",
        manifest: [String: String] = [:]
    ) {
        self.name = name
        self.vendorVersion = vendorVersion
        self.manifest = manifest
    }
}

extension GetPluginInfoResponse: WireMessage {
    package static let fullName = "csi.v1.GetPluginInfoResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__get_plugin_info_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetPluginInfoResponse.self).pointee
        self.init()
        self.name = WireReading.string(raw.name)
        self.vendorVersion = WireReading.string(raw.vendor_version)
        self.manifest = WireReading.map(raw.manifest, raw.n_manifest) { ($0.key, $0.value) }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GetPluginInfoResponse.self)
        raw.pointee.name = try arena.string(self.name, "csi.v1.GetPluginInfoResponse.name")
        raw.pointee.vendor_version = try arena.string(self.vendorVersion, "csi.v1.GetPluginInfoResponse.vendor_version")
        raw.pointee.n_manifest = self.manifest.count
        raw.pointee.manifest = try arena.entries(
            self.manifest,
            in: Self.wireDescriptor,
            field: 3,
            as: Csi__V1__GetPluginInfoResponse__ManifestEntry.self,
            "csi.v1.GetPluginInfoResponse.manifest"
        )
    }
}
