// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// One thing the node service can do.
package struct NodeServiceCapability: Sendable, Hashable {
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
        case rpc(NodeServiceCapability.RPC)
    }

    /// `csi.v1.NodeServiceCapability.RPC`.
    package struct RPC: Sendable, Hashable {
        /// `type`, field 1.
        package var type: NodeServiceCapability.RPC.Kind

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            type: NodeServiceCapability.RPC.Kind = .init(rawValue: 0)
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

            /// `STAGE_UNSTAGE_VOLUME`.
            package static let stageUnstageVolume = Self(rawValue: 1)

            /// `GET_VOLUME_STATS`.
            package static let getVolumeStats = Self(rawValue: 2)

            /// `EXPAND_VOLUME`.
            package static let expandVolume = Self(rawValue: 3)

            /// `VOLUME_CONDITION`.
            package static let volumeCondition = Self(rawValue: 4)

            /// `SINGLE_NODE_MULTI_WRITER`.
            package static let singleNodeMultiWriter = Self(rawValue: 5)

            /// `VOLUME_MOUNT_GROUP`.
            package static let volumeMountGroup = Self(rawValue: 6)

            /// Every value with its name in the proto file.
            package static let names: [(value: Self, name: String)] = [
                (.unknown, "UNKNOWN"),
                (.stageUnstageVolume, "STAGE_UNSTAGE_VOLUME"),
                (.getVolumeStats, "GET_VOLUME_STATS"),
                (.expandVolume, "EXPAND_VOLUME"),
                (.volumeCondition, "VOLUME_CONDITION"),
                (.singleNodeMultiWriter, "SINGLE_NODE_MULTI_WRITER"),
                (.volumeMountGroup, "VOLUME_MOUNT_GROUP"),
            ]
        }
    }
}

extension NodeServiceCapability: WireMessage {
    package static let fullName = "csi.v1.NodeServiceCapability"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_service_capability__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeServiceCapability.self).pointee
        self.init()
        switch raw.type_case.rawValue {
        case 1:
            self.kind = raw.rpc.map { NodeServiceCapability.RPC(wire: $0) }.map { .rpc($0) }
        default:
            break
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeServiceCapability.self)
        switch self.kind {
        case .rpc(let value):
            raw.pointee.type_case = .init(rawValue: 1)
            raw.pointee.rpc = try arena.message(value, as: Csi__V1__NodeServiceCapability__RPC.self)
        case nil:
            break
        }
    }
}

extension NodeServiceCapability.RPC: WireMessage {
    package static let fullName = "csi.v1.NodeServiceCapability.RPC"
    package static let wireDescriptor = WireDescriptor(csi__v1__node_service_capability__rpc__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeServiceCapability__RPC.self).pointee
        self.init()
        self.type = .init(rawValue: Int32(bitPattern: raw.type.rawValue))
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__NodeServiceCapability__RPC.self)
        raw.pointee.type = .init(rawValue: UInt32(bitPattern: self.type.rawValue))
    }
}
