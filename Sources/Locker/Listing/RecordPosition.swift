// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Where a record stands among all that a list walks through: place, shard, key.
package struct RecordPosition: Sendable, Hashable {
    package let place: PlaceOrder

    /// The shard's number.
    package let shard: UInt32

    package let key: RecordKey

    /// A position.
    package init(place: PlaceOrder, shard: UInt32, key: RecordKey) {
        self.place = place
        self.shard = shard
        self.key = key
    }
}
