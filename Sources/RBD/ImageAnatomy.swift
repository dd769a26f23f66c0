// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Where the parts of an image are, as its header tells it.
package struct ImageAnatomy: Sendable, Hashable {
    /// The snapshot that an image is a clone of.
    package struct Parent: Sendable, Hashable {
        package let poolID: Int64
        package let namespace: String
        package let imageID: String
        package let snapshotID: UInt64

        /// A snapshot by its place.
        package init(poolID: Int64, namespace: String, imageID: String, snapshotID: UInt64) {
            self.poolID = poolID
            self.namespace = namespace
            self.imageID = imageID
            self.snapshotID = snapshotID
        }
    }

    /// What the names of its data objects begin with, without the dot before the object's number.
    package let objectPrefix: String

    /// The pool of the data objects, where it is not the header's.
    package let dataPoolID: Int64?

    /// How many data objects an image of its size and striping may have.
    package let possibleObjects: UInt64

    /// How many of them there are by librbd's object map; `nil` where there is none that can be believed.
    package let existingObjects: UInt64?

    /// Whether it has, or ever had, a snapshot.
    package let hadSnapshots: Bool

    /// Its snapshots, those in its trash included.
    package let snapshotIDs: [UInt64]

    /// What it is a clone of; `nil` if it is none.
    package let parent: Parent?

    /// The name of a data object.
    package static func objectName(_ prefix: String, number: UInt64) -> String {
        "\(prefix).\(self.digits(number))"
    }

    /// A number as names of objects end: sixteen hexadecimal digits.
    package static func digits(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
