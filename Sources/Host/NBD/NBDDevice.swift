// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
package import SystemPackage

/// A device of the kernel's nbd, served by a process of this machine through Unix sockets.
///
/// It is the kernel's: it outlives the process that serves it, and waits for the next. All calls block. See:
/// linux/nbd-netlink.h, and drivers/block/nbd.c in the kernel for what each attribute leads to.
package struct NBDDevice: Sendable, Hashable {
    /// The N of `/dev/nbdN`.
    package let number: Int

    /// The device of this number.
    package init(number: Int) {
        self.number = number
    }

    /// Its device file.
    package var path: FilePath { FilePath("/dev/nbd\(self.number)") }

    /// Its directory in sysfs.
    package var sysfs: FilePath { FilePath("/sys/block/nbd\(self.number)") }

    /// Whether the kernel has nbd now. A module that is not loaded does not count, and is not loaded by asking.
    package static func isAvailable() -> Bool {
        do throws(HostError) {
            var netlink = try GenericNetlink()
            return try netlink.family(NBD_GENL_FAMILY_NAME) != nil
        } catch {
            return false
        }
    }

    /// Makes a device of what a server serves, as large as that is now.
    ///
    /// Sectors are 512 bytes, as kernel rbd's are: a filesystem that was made on larger ones could be mounted here,
    /// but one made on 512 could not be mounted on larger ones, and volumes move between nodes and mappers.
    ///
    /// - Parameters:
    ///   - number: which device to use; without one the kernel picks one, and makes one if all are in use.
    /// - Throws: ``HostError``: `ENOENT` on a kernel without nbd, `EBUSY` if the device of that number is in use, `EINVAL`
    ///   for settings that do not go together.
    package static func connect(
        to server: NBDServer,
        _ settings: NBDSettings,
        number: Int? = nil
    ) throws(HostError) -> NBDDevice {
        let object = number.map { "/dev/nbd\($0)" } ?? settings.identifier
        guard settings.connections > 0, settings.connections == 1 || settings.requestTimeout > .zero else {
            throw HostError(
                call: "nbd connect",
                code: .invalidArgument,
                object: object,
                note: "\(settings.connections) connections and no request timeout: see NBDSettings.connections"
            )
        }
        var pairs: [NBDSocketPair] = []
        while pairs.count < settings.connections { pairs.append(try NBDSocketPair()) }
        var attributes = Self.attributes(settings, of: server.backend)
        if let number { attributes.append(NBD_ATTR_INDEX, UInt32(number)) }
        attributes.append(NBD_ATTR_SOCKETS, nested: Self.sockets(pairs))
        let answers = try Self.call("nbd connect", NBD_CMD_CONNECT, attributes, on: object)
        let index = answers.lazy.compactMap { $0.number(NBD_ATTR_INDEX, as: UInt32.self) }.first
        guard let chosen = index.map({ Int($0) }) ?? number else {
            throw HostError(call: "nbd connect", code: .noMessage, object: object, note: "the kernel named no device")
        }
        let device = NBDDevice(number: chosen)
        do throws(HostError) {
            for pair in pairs {
                pair.closeKernelEnd()
                try server.serve(pair.takeServerEnd())
            }
            if settings.requestTimeout == .zero { try device.patrol(every: settings.patrol) }
        } catch {
            try? device.abandon()
            throw error
        }
        return device
    }

    /// The attributes of a new device, but for its sockets.
    static func attributes(_ settings: NBDSettings, of backend: any BlockBackend) -> NetlinkAttributes {
        var flags = NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH | NBD_FLAG_SEND_WRITE_ZEROES
        if backend.takesDiscards { flags |= NBD_FLAG_SEND_TRIM }
        if backend.isReadOnly { flags |= NBD_FLAG_READ_ONLY }
        if settings.connections > 1 { flags |= NBD_FLAG_CAN_MULTI_CONN }
        var attributes = NetlinkAttributes()
        attributes.append(NBD_ATTR_SIZE_BYTES, backend.size)
        attributes.append(NBD_ATTR_BLOCK_SIZE_BYTES, UInt64(512))
        attributes.append(NBD_ATTR_TIMEOUT, settings.requestTimeout.wholeSeconds)
        attributes.append(NBD_ATTR_SERVER_FLAGS, UInt64(flags))
        // Said although it is none: a device remembers what its last user asked for.
        attributes.append(NBD_ATTR_CLIENT_FLAGS, UInt64(0))
        attributes.append(NBD_ATTR_DEAD_CONN_TIMEOUT, settings.deadTimeout.wholeSeconds)
        attributes.append(NBD_ATTR_BACKEND_IDENTIFIER, text: settings.identifier)
        return attributes
    }

    /// The list of the kernel's ends.
    static func sockets(_ pairs: [NBDSocketPair]) -> NetlinkAttributes {
        var list = NetlinkAttributes()
        for pair in pairs {
            var socket = NetlinkAttributes()
            socket.append(NBD_SOCK_FD, UInt32(bitPattern: pair.kernelEnd))
            list.append(NBD_SOCK_ITEM, nested: socket)
        }
        return list
    }

    /// Has the kernel do something with a device.
    @discardableResult
    static func call(
        _ name: String,
        _ command: Int,
        _ attributes: NetlinkAttributes,
        on object: @autoclosure () -> String
    ) throws(HostError) -> [NetlinkAttributes] {
        var netlink = try GenericNetlink()
        guard let family = try netlink.family(NBD_GENL_FAMILY_NAME) else {
            throw HostError(
                call: name,
                code: .noSuchFileOrDirectory,
                object: object(),
                note: "this kernel has no nbd: modprobe nbd"
            )
        }
        return try netlink.call(name, on: object(), family: family, command: command, attributes)
    }

    /// Changes the device.
    func reconfigure(
        _ name: String,
        _ change: (inout NetlinkAttributes) -> Void
    ) throws(HostError) {
        var attributes = NetlinkAttributes()
        attributes.append(NBD_ATTR_INDEX, UInt32(self.number))
        // The kernel wants to hear whose device it is before it changes anything.
        if let identifier = self.status?.identifier, !identifier.isEmpty {
            attributes.append(NBD_ATTR_BACKEND_IDENTIFIER, text: identifier)
        }
        change(&attributes)
        try Self.call(name, NBD_CMD_RECONFIGURE, attributes, on: "\(self.path)")
    }
}
