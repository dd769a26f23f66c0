// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from registration.proto: change that file and run `make proto`.

internal import LockerWire
package import ProtobufC

/// `pluginregistration.PluginInfo`.
package struct PluginInfo: Sendable, Hashable {
    /// "CSIPlugin" for a CSI driver.
    package var type: String

    /// The driver's name.
    package var name: String

    /// The socket of the plugin itself, as kubelet sees its path; empty if it is this one.
    package var endpoint: String

    /// The versions of the type's interface that it speaks: for CSI a version from 1.0.0 on, below 2.
    package var supportedVersions: [String]

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        type: String = "",
        name: String = "",
        endpoint: String = "",
        supportedVersions: [String] = []
    ) {
        self.type = type
        self.name = name
        self.endpoint = endpoint
        self.supportedVersions = supportedVersions
    }
}

extension PluginInfo: WireMessage {
    package static let fullName = "pluginregistration.PluginInfo"
    package static let wireDescriptor = WireDescriptor(pluginregistration__plugin_info__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Pluginregistration__PluginInfo.self).pointee
        self.init()
        self.type = WireReading.string(raw.type)
        self.name = WireReading.string(raw.name)
        self.endpoint = WireReading.string(raw.endpoint)
        self.supportedVersions = WireReading.strings(raw.supported_versions, raw.n_supported_versions)
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Pluginregistration__PluginInfo.self)
        raw.pointee.type = try arena.string(self.type, "pluginregistration.PluginInfo.type")
        raw.pointee.name = try arena.string(self.name, "pluginregistration.PluginInfo.name")
        raw.pointee.endpoint = try arena.string(self.endpoint, "pluginregistration.PluginInfo.endpoint")
        raw.pointee.n_supported_versions = self.supportedVersions.count
        raw.pointee.supported_versions = try arena.strings(
            self.supportedVersions,
            "pluginregistration.PluginInfo.supported_versions"
        )
    }
}
