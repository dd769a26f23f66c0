// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What an image's header says of it.
package struct ImageInfo: Sendable, Hashable {
    /// The id, which no other image ever gets.
    package let id: String
    /// The name at the time.
    package let name: String
    /// Bytes.
    package let size: UInt64
    /// Bytes of an object.
    package let objectSize: UInt64
    /// What it can do.
    package let features: ImageFeatures
    /// Bytes written to one object before the next one's turn.
    package let stripeUnit: UInt64
    /// How many objects take turns.
    package let stripeCount: UInt64
    /// The pool of its data.
    package let dataPoolID: Int64
    /// How its data objects' names begin.
    package let dataPrefix: String
    /// When it was made, in seconds since 1970.
    package let createdAt: Int64
    /// Whether the object map is out of step with the objects, as after a client died; operations then take longer.
    package let isObjectMapInvalid: Bool
}
