// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

extension NBDDevice {
    // How long the kernel may take to find out that the connections of a killed server are dead.
    private static let patience = Duration.seconds(10)

    /// Gives a device whose server has died, or has stopped, to another one. I/O that waits goes on.
    ///
    /// Whoever served it must not be able to write any more: what was on its way there is done again, and a write of the
    /// dead server that comes later would overwrite what was written since.
    ///
    /// - Parameters:
    ///   - identifier: what the device is expected to have as its identifier.
    ///   - connections: as many as the device was connected with; more are not used.
    /// - Returns: how many connections the kernel has taken: those that are alive are not replaced.
    /// - Throws: ``HostError``: `ENXIO` for a device that is not connected, `EINVAL` for one that is another's, `EBUSY` if
    ///   none of its connections is dead.
    @discardableResult
    package func reconnect(
        to server: NBDServer,
        identifier: String,
        connections: Int = 1
    ) throws(HostError) -> Int {
        guard let status else {
            throw HostError(call: "nbd reconnect", code: .noSuchAddressOrDevice, object: "\(self.path)")
        }
        guard status.identifier == identifier else {
            throw HostError(
                call: "nbd reconnect",
                code: .invalidArgument,
                object: "\(self.path)",
                note: "it is not \(identifier)'s but \(status.identifier.isEmpty ? "somebody's" : status.identifier)'s"
            )
        }
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        var taken = 0
        while taken < connections {
            if try self.offer(to: server) {
                taken += 1
            } else if taken > 0 {
                // The device has as many as it had.
                break
            } else {
                guard clock.now < deadline else {
                    throw HostError(
                        call: "nbd reconnect",
                        code: .resourceBusy,
                        object: "\(self.path)",
                        note: "its server is alive"
                    )
                }
                // A killed process takes a moment to close its sockets. The kernel's message of a dead link
                // (NBD_CMD_LINK_DEAD) may come before it counts as dead, and one would have to look again anyway.
                usleep(10_000)
            }
        }
        return taken
    }

    /// Offers the kernel a connection to a server.
    private func offer(to server: NBDServer) throws(HostError) -> Bool {
        let pair = try NBDSocketPair()
        try self.reconfigure("nbd reconnect") { attributes in
            // The size stays out of this: to set it Linux 6.12 waits for the requests in flight, which wait for the server.
            attributes.append(NBD_ATTR_SOCKETS, nested: Self.sockets([pair]))
        }
        // The kernel answers success as well when no connection of the device was dead.
        guard pair.closeKernelEnd() else { return false }
        try server.serve(pair.takeServerEnd())
        return true
    }
}
