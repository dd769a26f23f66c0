// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A client that has an image open for writing.
///
/// How many there are proves nothing; which they are does.
package struct Watcher: Sendable, Hashable {
    /// The client instance, `ip:0/nonce`, as ``Rados/Cluster/instanceAddress`` has it.
    package let address: String
    /// The client's number.
    package let id: Int64
    /// Which of the client's watches.
    package let cookie: UInt64
}
