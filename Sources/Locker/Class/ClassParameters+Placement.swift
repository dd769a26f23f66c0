// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import RBD

extension ClassParameters {
    /// The same class once one of its constrained pools is chosen.
    func placed(in pool: ConstrainedPool) -> ClassParameters {
        var placed = self
        placed.pool = pool.name
        placed.image.dataPool = pool.dataPool
        placed.segments = pool.segments
        return placed
    }

    /// Where volumes of the chosen pool can be reached from, as a driver's segments; empty for everywhere.
    func topology(of driver: String) -> [String: String] { ConstrainedPool.topology(self.segments, of: driver) }

    /// The largest volume that librbd takes for the class, in bytes.
    package var largestSize: Int64 { self.image.largestSize - self.dataOffsetBytes }
}

extension ImageOptions {
    /// The largest image, in bytes.
    var largestSize: Int64 {
        CapacityBounds.largest(
            hasObjectMap: self.features.contains(.objectMap),
            objectSize: self.objectSize.map { Int64($0) } ?? CapacityBounds.objectSize,
            stripeCount: self.stripeCount.map { Int64($0) } ?? 1
        )
    }
}
