// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

/// What an image can do, as `rbd info` lists it under "features".
package struct ImageFeatures: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Clones can be made from its snapshots.
    package static let layering = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_LAYERING)
    /// Striping other than one object after the other.
    package static let striping = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_STRIPINGV2)
    /// One writer at a time, by a lock that is handed over cooperatively: no guard against a second writer.
    package static let exclusiveLock = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_EXCLUSIVE_LOCK)
    /// Which objects exist is known without asking each; needs ``exclusiveLock``.
    package static let objectMap = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_OBJECT_MAP)
    /// Differences and used bytes from the object map; needs ``objectMap``.
    package static let fastDiff = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_FAST_DIFF)
    /// Flattening detaches snapshots from the parent too.
    package static let deepFlatten = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_DEEP_FLATTEN)
    /// Every write goes through a journal first; the kernel cannot map such an image.
    package static let journaling = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_JOURNALING)
    /// Data in another pool than the header; set by giving a data pool, never by hand.
    package static let dataPool = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_DATA_POOL)
    /// librbd's own mark that operations were used which old clients do not know.
    package static let operations = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_OPERATIONS)
    /// librbd's own mark that the image is being moved.
    package static let migrating = ImageFeatures(rawValue: LOCKER_RBD_FEATURE_MIGRATING)

    /// What librbd gives an image of its own accord.
    package static let standard: ImageFeatures = [.layering, .exclusiveLock, .objectMap, .fastDiff, .deepFlatten]

    private static let table: [(name: String, feature: ImageFeatures)] = [
        ("layering", .layering), ("striping", .striping), ("exclusive-lock", .exclusiveLock),
        ("object-map", .objectMap), ("fast-diff", .fastDiff), ("deep-flatten", .deepFlatten),
        ("journaling", .journaling), ("data-pool", .dataPool), ("operations", .operations),
        ("migrating", .migrating),
    ]

    /// Reads features by the names that the `rbd` command uses.
    ///
    /// - Throws: ``CephError`` with `EINVAL`, naming the first name that is none.
    package init(names: some Sequence<some StringProtocol>) throws {
        self = []
        for name in names {
            guard let entry = Self.table.first(where: { $0.name == name }) else {
                throw CephError(call: "rbd_features_from_string", code: .invalidArgument, object: String(name))
            }
            self.insert(entry.feature)
        }
    }

    /// The names, in the order of the bits; bits without a name as `0x…`.
    package var names: [String] {
        var rest = self
        var names: [String] = []
        for (name, feature) in Self.table where rest.contains(feature) {
            names.append(name)
            rest.remove(feature)
        }
        if !rest.isEmpty { names.append("0x\(String(rest.rawValue, radix: 16))") }
        return names
    }
}

extension ImageFeatures: CustomStringConvertible {
    /// The names, separated by commas.
    package var description: String {
        self.names.joined(separator: ",")
    }
}
