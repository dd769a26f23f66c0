// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados

/// Who knows whether what a dead process left of a volume may be served on.
///
/// A device that waits has writes in it that nobody else has seen. Once the volume was given to another node they must
/// not arrive any more, and the kernel does not know of that.
package protocol DeviceSuccession: Sendable {
    /// Whether a volume is still served by one of these clients, as far as those are concerned who would give it away.
    ///
    /// - Parameters:
    ///   - volumeID: the volume.
    ///   - clients: the addresses of those that served it; the last one last.
    ///   - io: the image's pool and namespace, on the connection of the client that is to serve.
    /// - Throws: where that cannot be told now; it is asked again.
    func isServed(_ volumeID: String, by clients: [String], in io: IOContext) async throws -> Bool

    /// Notes that another client serves it from now on, so that a fence takes that one.
    ///
    /// - Parameter successor: the address of the client that is to serve.
    /// - Returns: `false` if the volume is not served by one of `clients` any more.
    func succeed(_ clients: [String], by successor: String, on volumeID: String, in io: IOContext) async throws -> Bool
}

/// Serves on whatever is left: for who has given no volume away.
package struct AnyDeviceSuccession: DeviceSuccession {
    /// Asks nobody.
    package init() {}

    package func isServed(_ volumeID: String, by clients: [String], in io: IOContext) -> Bool { true }

    package func succeed(_ clients: [String], by successor: String, on volumeID: String, in io: IOContext) -> Bool {
        true
    }
}
