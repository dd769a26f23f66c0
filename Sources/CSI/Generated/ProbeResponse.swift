// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors
//
// Written by protoc-gen-locker from csi.proto: change that file and run `make proto`.

internal import CSIWire
internal import GoogleWire
package import ProtobufC

/// ready unset counts as true; false means still initialising.
package struct ProbeResponse: Sendable, Hashable {
    /// `ready`, field 1.
    package var ready: Bool?

    /// A message with these fields; what is left out has its proto3 default.
    package init(
        ready: Bool? = nil
    ) {
        self.ready = ready
    }
}

extension ProbeResponse: WireMessage {
    package static let fullName = "csi.v1.ProbeResponse"
    package static let wireDescriptor = WireDescriptor(csi__v1__probe_response__init)

    package init(wire: UnsafeRawPointer) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ProbeResponse.self).pointee
        self.init()
        self.ready = raw.ready.map { $0.pointee.value != 0 }
    }

    package func write(to wire: UnsafeMutableRawPointer, arena: WireArena) throws(WireError) {
        let raw = wire.assumingMemoryBound(to: Csi__V1__ProbeResponse.self)
        if let value = self.ready {
            let wrapped = arena.structure(in: Self.wireDescriptor, field: 1, as: Google__Protobuf__BoolValue.self)
            wrapped.pointee.value = value ? 1 : 0
            raw.pointee.ready = wrapped
        }
    }
}
