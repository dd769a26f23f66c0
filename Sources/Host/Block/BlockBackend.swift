// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// What is behind a device that this process serves: its content.
package protocol BlockBackend: AnyObject, Sendable {
    /// Bytes; may change.
    var size: UInt64 { get }

    /// Whether writes are refused.
    var isReadOnly: Bool { get }

    /// Whether what is discarded is given back; if not, the device is not to offer it.
    var takesDiscards: Bool { get }

    /// Does what a request asks for and then calls its ``BlockRequest/finish(_:)``, once.
    ///
    /// Called on a thread that reads requests: it must not block, since other requests wait behind it.
    func perform(_ request: any BlockRequest)
}

extension BlockBackend {
    package var takesDiscards: Bool { true }
}
