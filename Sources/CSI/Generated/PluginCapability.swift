// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// One thing the plugin as a whole can do.
package struct PluginCapability: Sendable, Hashable {
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
        /// `service`, field 1.
        case service(PluginCapability.Service)
        /// `volume_expansion`, field 2.
        case volumeExpansion(PluginCapability.VolumeExpansion)
    }

    /// `csi.v1.PluginCapability.Service`.
    package struct Service: Sendable, Hashable {
        /// `type`, field 1.
        package var type: PluginCapability.Service.Kind

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            type: PluginCapability.Service.Kind = .init(rawValue: 0)
        ) {
            self.type = type
        }

        /// The values of `Type`; others survive as their numbers.
        package struct Kind: WireEnum {
            /// The number on the wire.
            package let rawValue: Int32

            /// The value with a number.
            package init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            /// `UNKNOWN`.
            package static let unknown = Self(rawValue: 0)

            /// `CONTROLLER_SERVICE`.
            package static let controllerService = Self(rawValue: 1)

            /// `VOLUME_ACCESSIBILITY_CONSTRAINTS`.
            package static let volumeAccessibilityConstraints = Self(rawValue: 2)

            /// `GROUP_CONTROLLER_SERVICE`.
            package static let groupControllerService = Self(rawValue: 3)

            /// `SNAPSHOT_METADATA_SERVICE`.
            package static let snapshotMetadataService = Self(rawValue: 4)

            /// Every value with its name in the proto file.
            package static let names: [(value: Self, name: String)] = [
                (.unknown, "UNKNOWN"),
                (.controllerService, "CONTROLLER_SERVICE"),
                (.volumeAccessibilityConstraints, "VOLUME_ACCESSIBILITY_CONSTRAINTS"),
                (.groupControllerService, "GROUP_CONTROLLER_SERVICE"),
                (.snapshotMetadataService, "SNAPSHOT_METADATA_SERVICE"),
            ]
        }
    }

    /// `csi.v1.PluginCapability.VolumeExpansion`.
    package struct VolumeExpansion: Sendable, Hashable {
        /// `type`, field 1.
        package var type: PluginCapability.VolumeExpansion.Kind

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            type: PluginCapability.VolumeExpansion.Kind = .init(rawValue: 0)
        ) {
            self.type = type
        }

        /// The values of `Type`; others survive as their numbers.
        package struct Kind: WireEnum {
            /// The number on the wire.
            package let rawValue: Int32

            /// The value with a number.
            package init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            /// `UNKNOWN`.
            package static let unknown = Self(rawValue: 0)

            /// `ONLINE`.
            package static let online = Self(rawValue: 1)

            /// `OFFLINE`.
            package static let offline = Self(rawValue: 2)

            /// Every value with its name in the proto file.
            package static let names: [(value: Self, name: String)] = [
                (.unknown, "UNKNOWN"),
                (.online, "ONLINE"),
                (.offline, "OFFLINE"),
            ]
        }
    }
}

extension PluginCapability: WireMessage {
    package static let fullName = "csi.v1.PluginCapability"
    package static let wireDescriptor = WireDescriptor(csi__v1__plugin_capability__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__PluginCapability.self).pointee
        self.init()
        switch raw.type_case.rawValue {
        case 1:
            self.kind = raw.service.map { PluginCapability.Service(wire: $0) }.map { .service($0) }
        case 2:
            self.kind = raw.volume_expansion.map { PluginCapability.VolumeExpansion(wire: $0) }.map {
                .volumeExpansion($0)
            }
        default:
            break
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__PluginCapability.self)
        switch self.kind {
        case .service(let value):
            raw.pointee.type_case = .init(rawValue: 1)
            raw.pointee.service = try arena.message(value, as: Csi__V1__PluginCapability__Service.self)
        case .volumeExpansion(let value):
            raw.pointee.type_case = .init(rawValue: 2)
            raw.pointee.volume_expansion = try arena.message(value, as: Csi__V1__PluginCapability__VolumeExpansion.self)
        case nil:
            break
        }
    }
}

extension PluginCapability.Service: WireMessage {
    package static let fullName = "csi.v1.PluginCapability.Service"
    package static let wireDescriptor = WireDescriptor(csi__v1__plugin_capability__service__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__PluginCapability__Service.self).pointee
        self.init()
        self.type = .init(rawValue: Int32(bitPattern: raw.type.rawValue))
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__PluginCapability__Service.self)
        raw.pointee.type = .init(rawValue: UInt32(bitPattern: self.type.rawValue))
    }
}

extension PluginCapability.VolumeExpansion: WireMessage {
    package static let fullName = "csi.v1.PluginCapability.VolumeExpansion"
    package static let wireDescriptor = WireDescriptor(csi__v1__plugin_capability__volume_expansion__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__PluginCapability__VolumeExpansion.self).pointee
        self.init()
        self.type = .init(rawValue: Int32(bitPattern: raw.type.rawValue))
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__PluginCapability__VolumeExpansion.self)
        raw.pointee.type = .init(rawValue: UInt32(bitPattern: self.type.rawValue))
    }
}
