// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados

/// A page of a list, and where the next one begins.
package struct RecordPage<Record: KeptRecord>: Sendable {
    /// A record and where it is.
    package struct Entry: Sendable {
        package let record: Record
        package let position: RecordPosition
        package let place: RecordPlace
        /// The pool and namespace, on the connection that the record was read on.
        package let io: IOContext
    }

    /// The records, in the order of their positions.
    package var entries: [Entry] = []

    /// The last entry's position if more follow.
    package var next: RecordPosition?
}
