// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Rados

/// What is written to /sys/bus/rbd/add_single_major to map an image.
///
/// See: Documentation/ABI/testing/sysfs-bus-rbd in the kernel, and drivers/block/rbd.c for the options.
enum KernelRBDCommand {
    /// How a volume's key is called in the kernel's keyring; the device's `config_info` then tells the volume too.
    static func keyName(volumeID: String) -> String {
        "locker.\(volumeID)"
    }

    /// The volume that a device was mapped for, from its `config_info`, which repeats the command; `nil` if another
    /// program mapped it.
    static func volumeID(configuration: String) -> String? {
        let words = configuration.split(separator: " ")
        guard words.count > 1 else { return nil }
        let prefix = "key=\(self.keyName(volumeID: ""))"
        return words[1].split(separator: ",").first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// The command.
    ///
    /// - Parameter poolName: the name of the request's pool.
    /// - Throws: ``MapError`` with `unsupported` for an option that is not for the administrator to set, or a name that
    ///   would break the command apart.
    static func add(_ request: MapRequest, poolName: String) throws(MapError) -> String {
        let extra = MapOptions.parse(request.mapOptions).filter { !self.commandsOwn.contains($0.name) }
        for (name, _) in extra where self.reserved.contains(name) {
            throw MapError(.unsupported, "map option \"\(name)\" is set by Locker itself")
        }
        for name in [poolName, request.imageName, request.namespace, request.volumeID, request.target.user]
        where name.contains(where: { $0.isWhitespace || $0 == "," || $0 == "\0" }) {
            throw MapError(.unsupported, "kernel rbd takes no name with a space or a comma: \"\(name)\"")
        }
        let mode = extra.last { $0.name == "ms_mode" }?.value
        let monitors = try KernelMonitors(request.target.monitors, wantsVersion2: mode.map { $0 != "legacy" } ?? false)
        // One client for each volume, so that it can be fenced alone.
        var options = ["name=\(request.target.user)", "key=\(self.keyName(volumeID: request.volumeID))", "noshare"]
        options.append(request.isReadOnly ? "ro" : "rw")
        if !request.namespace.isEmpty { options.append("_pool_ns=\(request.namespace)") }
        if monitors.isVersion2, mode == nil { options.append("ms_mode=prefer-crc") }
        if let limit = request.ioTimeout {
            let (seconds, fraction) = limit.components
            options.append("osd_request_timeout=\(seconds + (fraction > 0 ? 1 : 0))")
        }
        options += extra.map { name, value in value.map { "\(name)=\($0)" } ?? name }
        return "\(monitors.addresses) \(options.joined(separator: ",")) \(poolName) \(request.imageName) -"
    }

    // What the command `rbd device map` does by itself, and so does not tell the kernel: Locker waits for no udev.
    private static let commandsOwn: Set<String> = ["noudev", "udev"]

    // Who connects, to what, and how it is fenced. "exclusive" would keep snapshots and resizes of a mounted volume out.
    private static let reserved: Set<String> = [
        "name", "key", "secret", "fsid", "ip", "share", "noshare", "_pool_ns", "ro", "rw", "read_only", "read_write",
        "exclusive", "osd_request_timeout",
    ]
}
