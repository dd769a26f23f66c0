// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

/// What CreateVolume asks for, checked.
package struct VolumeRequest: Sendable, Hashable {
    /// The name that makes two requests one volume.
    package let name: String
    package let capacity: CapacityBounds
    package internal(set) var parameters: ClassParameters
    package let capabilities: [Capability]
    /// What the volume starts as a copy of.
    package internal(set) var source: VolumeSource?
    /// Where it is to be reachable from.
    package var topology = TopologyWish()
    /// Which RADOS namespace it is in.
    var namespace = NamespaceRule.named("")
    /// How fast it may be: the request's `mutable_parameters`.
    package var limits = VolumeLimits()
    /// Who wraps the key of an encrypted volume; that is no part of what makes two requests the same.
    package var keys: (any KeyKeeper)? {
        get { self.wrapping.keeper }
        set { self.wrapping.keeper = newValue }
    }

    private var wrapping = Wrapping()

    /// A keeper, equal to any other.
    private struct Wrapping: Sendable, Hashable {
        var keeper: (any KeyKeeper)?

        static func == (one: Wrapping, other: Wrapping) -> Bool { true }

        func hash(into hasher: inout Hasher) {}
    }

    /// A checked request.
    package init(
        name: String,
        capacity: CapacityBounds,
        parameters: ClassParameters,
        capabilities: [Capability],
        source: VolumeSource? = nil
    ) {
        self.name = name
        self.capacity = capacity
        self.parameters = parameters
        self.capabilities = capabilities
        self.source = source
    }

    /// What the filesystem needs at least, in bytes: mkfs.xfs refuses less than 300 MiB, mkfs.ext4 wants room for its
    /// journal.
    package var smallestSize: Int64 {
        let types = self.capabilities.filter { !$0.block }.map {
            $0.fsType.isEmpty ? self.parameters.fsType : $0.fsType
        }
        return types.map { $0 == "xfs" ? 300 << 20 : 4 << 20 }.max() ?? 1
    }
}
