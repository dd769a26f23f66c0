// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import RBD

/// Which way is taken for a volume.
package struct MapperChoice: Sendable, Hashable {
    /// What this machine has.
    package let available: Set<MapperName>
    /// Those of them whose devices cannot grow while they are in use.
    package let fixedSize: Set<MapperName>

    /// Says what this machine has.
    package init(available: Set<MapperName>, fixedSize: Set<MapperName> = []) {
        self.available = available
        self.fixedSize = fixedSize
    }

    /// Image features that the kernel's rbd knows (Linux 5.3 and later).
    package static let kernelFeatures: ImageFeatures = [
        .layering, .striping, .exclusiveLock, .objectMap, .fastDiff, .deepFlatten, .dataPool, .operations,
    ]

    /// The ways through the data process, the best first.
    package static let userSpace: [MapperName] = [.ublk, .nbd, .fuse]

    /// The ways through the data process that this machine has, the best first.
    ///
    /// One that survives its process comes first, and of those one that can grow: a full volume is to be enlarged without
    /// ending what runs on it.
    private var ranked: [MapperName] {
        let there = Self.userSpace.filter(self.available.contains)
        let surviving = there.filter { $0 != .fuse }
        return surviving.filter { !self.fixedSize.contains($0) } + surviving.filter(self.fixedSize.contains)
            + there.filter { $0 == .fuse }
    }

    /// Resolves the StorageClass parameter `mounter`.
    ///
    /// - Parameters:
    ///   - mounter: empty or `auto`, `rbd` or `krbd`, `rbd-nbd` or `nbd`, `ublk`, `fuse`.
    ///   - features: the image's.
    ///   - isLayered: whether its data are encrypted in a way that only librbd opens.
    /// - Throws: ``MapError`` with `unsupported`, naming what is missing.
    package func resolve(
        _ mounter: String,
        features: ImageFeatures,
        isLayered: Bool = false
    ) throws(MapError) -> MapperName {
        let wanted: MapperName
        switch mounter {
        case "", "auto":
            if !isLayered, self.available.contains(.krbd), Self.kernelFeatures.isSuperset(of: features) { return .krbd }
            if let first = self.ranked.first { return first }
            guard self.available.contains(.krbd) else {
                throw MapError(
                    .unsupported,
                    "this machine can map no image: it has neither rbd, nor ublk, nor nbd, nor FUSE with loop"
                )
            }
            wanted = .krbd
        case "rbd", "krbd": wanted = .krbd
        case "rbd-nbd", "nbd": wanted = .nbd
        case "ublk": wanted = .ublk
        case "fuse": wanted = .fuse
        default:
            throw MapError(
                .unsupported,
                "mounter \"\(mounter)\" is none of auto, rbd (krbd), rbd-nbd (nbd), ublk, fuse"
            )
        }
        if wanted == .krbd, isLayered { throw MapError.layersInKernel("of this volume") }
        guard self.available.contains(wanted) else {
            throw MapError(.unsupported, "mounter \"\(mounter)\": \(Self.missing(wanted)); use \"auto\"")
        }
        if wanted == .krbd, !Self.kernelFeatures.isSuperset(of: features) {
            let unknown = features.subtracting(Self.kernelFeatures)
            throw MapError(
                .unsupported,
                "mounter \"\(mounter)\": the kernel cannot map an image with the features \(unknown); use \"auto\""
            )
        }
        return wanted
    }

    /// What a machine lacks that cannot map in a way.
    static func missing(_ name: MapperName) -> String {
        switch name {
        case .krbd: "this machine's kernel has no rbd (/sys/bus/rbd)"
        case .nbd: "this machine's kernel has no nbd loaded (/sys/module/nbd)"
        case .ublk: "this machine's kernel has no ublk_drv loaded (/dev/ublk-control)"
        case .fuse: "this machine lacks /dev/fuse or /dev/loop-control"
        }
    }
}
