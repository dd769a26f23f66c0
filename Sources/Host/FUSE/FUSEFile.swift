// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A file's content, as a ``FUSEServer`` shows it to the kernel.
package protocol FUSEFile: AnyObject, Sendable {
    /// Bytes; asked for anew at every look at the file, since the kernel is told to remember nothing.
    var size: UInt64 { get }

    /// Whether the file refuses writes.
    var isReadOnly: Bool { get }

    /// Does what a request asks for and then calls its ``FUSERequest/finish(_:)``, once.
    ///
    /// Called on a thread that reads requests: it must not block, since every other file's requests wait behind it.
    func perform(_ request: FUSERequest)
}
