// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import LockerProto

/// The names that an image's data objects may have.
struct DataObjects: Sendable, Hashable {
    /// What they begin with, without the dot.
    let prefix: String
    /// How many there may be; 0 if nobody knows.
    let possible: UInt64
    /// Whether the image ever had a snapshot.
    let hadSnapshots: Bool

    /// The names of an image that is being erased, or was.
    init(_ image: ErasedImage) {
        self.prefix = image.objectPrefix
        self.possible = image.plan.possibleObjects
        self.hadSnapshots = image.plan.hadSnapshots
    }

    /// Whether asking for each name would not be enough.
    var mustBeListed: Bool { self.possible == 0 || self.hadSnapshots }
}
