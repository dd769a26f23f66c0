// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
package import ProtobufC

/// One thing the group controller service can do.
package struct GroupControllerServiceCapability: Sendable, Hashable {
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
        case rpc(GroupControllerServiceCapability.RPC)
    }

    /// `csi.v1.GroupControllerServiceCapability.RPC`.
    package struct RPC: Sendable, Hashable {
        /// `type`, field 1.
        package var type: GroupControllerServiceCapability.RPC.Kind

        /// A message with these fields; what is left out has its proto3 default.
        package init(
            type: GroupControllerServiceCapability.RPC.Kind = .init(rawValue: 0)
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

            /// `CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT`.
            package static let createDeleteGetVolumeGroupSnapshot = Self(rawValue: 1)

            /// Every value with its name in the proto file.
            package static let names: [(value: Self, name: String)] = [
                (.unknown, "UNKNOWN"),
                (.createDeleteGetVolumeGroupSnapshot, "CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT"),
            ]
        }
    }
}

extension GroupControllerServiceCapability: WireMessage {
    package static let fullName = "csi.v1.GroupControllerServiceCapability"
    package static let wireDescriptor = WireDescriptor(csi__v1__group_controller_service_capability__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GroupControllerServiceCapability.self).pointee
        self.init()
        switch raw.type_case.rawValue {
        case 1:
            self.kind = raw.rpc.map { GroupControllerServiceCapability.RPC(wire: $0) }.map { .rpc($0) }
        default:
            break
        }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GroupControllerServiceCapability.self)
        switch self.kind {
        case .rpc(let value):
            raw.pointee.type_case = .init(rawValue: 1)
            raw.pointee.rpc = try arena.message(value, as: Csi__V1__GroupControllerServiceCapability__RPC.self)
        case nil:
            break
        }
    }
}

extension GroupControllerServiceCapability.RPC: WireMessage {
    package static let fullName = "csi.v1.GroupControllerServiceCapability.RPC"
    package static let wireDescriptor = WireDescriptor(csi__v1__group_controller_service_capability__rpc__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GroupControllerServiceCapability__RPC.self).pointee
        self.init()
        self.type = .init(rawValue: Int32(bitPattern: raw.type.rawValue))
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__GroupControllerServiceCapability__RPC.self)
        raw.pointee.type = .init(rawValue: UInt32(bitPattern: self.type.rawValue))
    }
}
