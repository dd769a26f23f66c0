// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How large a volume may be: a request's `capacity_range`, in bytes.
package struct CapacityBounds: Sendable, Hashable {
    /// At least so many bytes; zero asks for none in particular.
    package let required: Int64

    /// At most so many bytes; zero sets no limit.
    package let limit: Int64

    /// A size for a volume for which nobody asked for one.
    package static let defaultSize: Int64 = 1 << 30

    /// The largest size: what librbd's 64-bit arithmetic and the filesystems still take; 1 PiB.
    package static let largest: Int64 = 1 << 50

    /// The smallest size: one object.
    package static let objectSize: Int64 = 4 << 20

    /// A range as a request states it.
    ///
    /// - Throws: ``LockerError``: `invalidArgument` for a negative size, `outOfRange` for a limit below what is required.
    package init(required: Int64, limit: Int64) throws(LockerError) {
        guard required >= 0, limit >= 0 else {
            throw LockerError(
                .invalidArgument,
                "capacity_range must not be negative: required \(required), limit \(limit)"
            )
        }
        guard limit == 0 || required <= limit else {
            throw LockerError(.outOfRange, "capacity_range requires \(required) bytes but limits to \(limit)")
        }
        guard required <= Self.largest else {
            throw LockerError(.outOfRange, "\(required) bytes are more than the largest volume, \(Self.largest) bytes")
        }
        self.required = required
        self.limit = limit
    }

    /// The largest size that librbd takes for a layout: an object map has at most 256,000,000 objects
    /// (`cls::rbd::MAX_OBJECT_MAP_OBJECT_COUNT`), beyond which an image is refused with EINVAL.
    ///
    /// - Parameters:
    ///   - hasObjectMap: whether the image has that feature.
    ///   - objectSize: bytes of an object.
    ///   - stripeCount: how many objects take turns: there are always as many as that, or a multiple.
    package static func largest(hasObjectMap: Bool, objectSize: Int64, stripeCount: Int64) -> Int64 {
        guard hasObjectMap else { return Self.largest }
        let objects = Self.largestObjectMap / stripeCount * stripeCount
        return min(objects * objectSize / Self.objectSize * Self.objectSize, Self.largest)
    }

    private static let largestObjectMap: Int64 = 256_000_000

    /// That an image's layout allows what is required.
    ///
    /// - Parameter largest: the most that it allows, whole objects.
    /// - Throws: ``LockerError`` with `outOfRange`.
    package func check(largest: Int64) throws(LockerError) {
        guard self.required > largest else { return }
        throw LockerError(
            .outOfRange,
            "\(self.required) bytes are more than the largest volume with this layout, \(largest) bytes; a larger"
                + " objectSize in the class allows more"
        )
    }

    /// The size for a new volume: what is required rounded up to whole objects, or what is required exactly where the
    /// limit leaves no room for that.
    ///
    /// - Parameters:
    ///   - smallest: what the filesystem needs at least.
    ///   - fallback: what is taken if nothing is asked for.
    /// - Throws: ``LockerError`` with `outOfRange` if no size fits.
    package func size(smallest: Int64 = 1, orDefault fallback: Int64 = Self.defaultSize) throws(LockerError) -> Int64 {
        let floor = max(smallest, 512)
        guard self.limit == 0 || self.limit >= floor else {
            throw LockerError(.outOfRange, "limit_bytes \(self.limit) is less than the smallest volume, \(floor) bytes")
        }
        var wanted = self.required
        // A limit that is no whole number of sectors still has room for the sectors below it.
        if wanted == 0 { wanted = self.limit == 0 ? fallback : min(fallback, self.limit / 512 * 512) }
        wanted = max(wanted, floor)
        let rounded = (wanted + Self.objectSize - 1) / Self.objectSize * Self.objectSize
        if self.limit == 0 || rounded <= self.limit { return rounded }
        // A block device counts in sectors, so a size between two of them would be cut off.
        let sectors = (wanted + 511) / 512 * 512
        guard sectors <= self.limit else {
            throw LockerError(
                .outOfRange,
                "no whole number of 512-byte sectors lies between \(wanted) and \(self.limit) bytes"
            )
        }
        return sectors
    }

    /// Whether a volume of this size is what was asked for.
    package func admits(_ size: Int64) -> Bool {
        size >= self.required && (self.limit == 0 || size <= self.limit)
    }
}
