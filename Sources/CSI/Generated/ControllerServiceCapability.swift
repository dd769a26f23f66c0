// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// One thing the controller service can do.
package struct ControllerServiceCapability: Sendable, Hashable {
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
        /// `rpc`, field 1.
        case rpc(ControllerServiceCapability.RPC)
    }

    /// `csi.v1.ControllerServiceCapability.RPC`.
    package struct RPC: Sendable, Hashable {
        /// `type`, field 1.
        package var type: ControllerServiceCapability.RPC.Kind

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            type: ControllerServiceCapability.RPC.Kind = .init(rawValue: 0)
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

            /// `CREATE_DELETE_VOLUME`.
            package static let createDeleteVolume = Self(rawValue: 1)

            /// `PUBLISH_UNPUBLISH_VOLUME`.
            package static let publishUnpublishVolume = Self(rawValue: 2)

            /// `LIST_VOLUMES`.
            package static let listVolumes = Self(rawValue: 3)

            /// `GET_CAPACITY`.
            package static let getCapacity = Self(rawValue: 4)

            /// `CREATE_DELETE_SNAPSHOT`.
            package static let createDeleteSnapshot = Self(rawValue: 5)

            /// `LIST_SNAPSHOTS`.
            package static let listSnapshots = Self(rawValue: 6)

            /// `CLONE_VOLUME`.
            package static let cloneVolume = Self(rawValue: 7)

            /// `PUBLISH_READONLY`.
            package static let publishReadonly = Self(rawValue: 8)

            /// `EXPAND_VOLUME`.
            package static let expandVolume = Self(rawValue: 9)

            /// `LIST_VOLUMES_PUBLISHED_NODES`.
            package static let listVolumesPublishedNodes = Self(rawValue: 10)

            /// `VOLUME_CONDITION`.
            package static let volumeCondition = Self(rawValue: 11)

            /// `GET_VOLUME`.
            package static let getVolume = Self(rawValue: 12)

            /// `SINGLE_NODE_MULTI_WRITER`.
            package static let singleNodeMultiWriter = Self(rawValue: 13)

            /// `MODIFY_VOLUME`.
            package static let modifyVolume = Self(rawValue: 14)

            /// `GET_SNAPSHOT`.
            package static let getSnapshot = Self(rawValue: 15)

            /// Every value with its name in the proto file.
            package static let names: [(value: Self, name: String)] = [
                (.unknown, "UNKNOWN"),
                (.createDeleteVolume, "CREATE_DELETE_VOLUME"),
                (.publishUnpublishVolume, "PUBLISH_UNPUBLISH_VOLUME"),
                (.listVolumes, "LIST_VOLUMES"),
                (.getCapacity, "GET_CAPACITY"),
                (.createDeleteSnapshot, "CREATE_DELETE_SNAPSHOT"),
                (.listSnapshots, "LIST_SNAPSHOTS"),
                (.cloneVolume, "CLONE_VOLUME"),
                (.publishReadonly, "PUBLISH_READONLY"),
                (.expandVolume, "EXPAND_VOLUME"),
                (.listVolumesPublishedNodes, "LIST_VOLUMES_PUBLISHED_NODES"),
                (.volumeCondition, "VOLUME_CONDITION"),
                (.getVolume, "GET_VOLUME"),
                (.singleNodeMultiWriter, "SINGLE_NODE_MULTI_WRITER"),
                (.modifyVolume, "MODIFY_VOLUME"),
                (.getSnapshot, "GET_SNAPSHOT"),
            ]
        }
    }
}

extension ControllerServiceCapability: WireMessage {
    package static let fullName = "csi.v1.ControllerServiceCapability"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_service_capability__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerServiceCapability.self).pointee
        self.init()
        switch raw.type_case.rawValue {
        case 1:
            self.kind = raw.rpc.map { ControllerServiceCapability.RPC(wire: $0) }.map { .rpc($0) }
        default:
            break
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerServiceCapability.self)
        switch self.kind {
        case .rpc(let value):
            raw.pointee.type_case = .init(rawValue: 1)
            raw.pointee.rpc = try arena.message(value, as: Csi__V1__ControllerServiceCapability__RPC.self)
        case nil:
            break
        }
    }
}

extension ControllerServiceCapability.RPC: WireMessage {
    package static let fullName = "csi.v1.ControllerServiceCapability.RPC"
    package static let wireDescriptor = WireDescriptor(csi__v1__controller_service_capability__rpc__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerServiceCapability__RPC.self).pointee
        self.init()
        self.type = .init(rawValue: Int32(bitPattern: raw.type.rawValue))
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ControllerServiceCapability__RPC.self)
        raw.pointee.type = .init(rawValue: UInt32(bitPattern: self.type.rawValue))
    }
}
