// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CCryptsetup
internal import CLinux
internal import Glibc
package import SystemPackage

/// A device of the kernel's dm-crypt above another block device, known by its name in device-mapper.
///
/// The kernel keeps it, whatever happens to this process. All calls block, and are made one at a time in the process. See:
/// libcryptsetup.h; Documentation/admin-guide/device-mapper/dm-crypt.rst and Documentation/ABI/testing/sysfs-block-dm in the
/// kernel.
package struct DMCryptDevice: Sendable, Hashable {
    /// Its name in device-mapper.
    package let name: String
    /// The N of `/dev/dm-N`.
    package let number: Int
    private let block: FilePath

    /// The device file.
    package var path: FilePath { FilePath("/dev/dm-\(self.number)") }

    /// Its directory in sysfs.
    package var sysfs: FilePath { self.block.appending("dm-\(self.number)") }

    private init(name: String, number: Int, block: FilePath) {
        self.name = name
        self.number = number
        self.block = block
    }

    /// Whether this machine's kernel has device-mapper.
    package static func isAvailable() -> Bool {
        (try? MountTarget.kind(of: "/dev/mapper/control")).map { $0 != .missing } ?? false
    }

    /// The LUKS2 devices that sit on a block device.
    ///
    /// - Parameters:
    ///   - device: a whole device: `/dev/rbd0`.
    ///   - sysfs: where sysfs is mounted.
    package static func all(on device: FilePath, sysfs: FilePath = "/sys") -> [DMCryptDevice] {
        let block = sysfs.appending("block")
        let name = device.lastComponent?.string ?? ""
        return HostFile.names(in: block.appending(name).appending("holders")).sorted().compactMap { holder in
            Self.named(holder, block)
        }
    }

    /// The LUKS2 device of a name, wherever it sits.
    package static func find(_ name: String, sysfs: FilePath = "/sys") -> DMCryptDevice? {
        let block = sysfs.appending("block")
        for holder in HostFile.names(in: block) where holder.hasPrefix("dm-") {
            if let found = Self.named(holder, block), found.name == name { return found }
        }
        return nil
    }

    private static func named(_ holder: String, _ block: FilePath) -> DMCryptDevice? {
        let directory = block.appending(holder).appending("dm")
        guard holder.hasPrefix("dm-"), let number = Int(holder.dropFirst(3)),
            // What libcryptsetup begins the UUID with; a device that is still being made has no name yet.
            HostFile.line(directory.appending("uuid"))?.hasPrefix("CRYPT-LUKS2-") ?? false,
            let name = HostFile.line(directory.appending("name")), !name.isEmpty
        else { return nil }
        return DMCryptDevice(name: name, number: number, block: block)
    }

    /// The devices it sits on, as the kernel names them: `rbd0`.
    package var below: [String] { HostFile.names(in: self.sysfs.appending("slaves")) }

    /// Its size in bytes.
    package var size: UInt64 {
        // In sectors of 512 bytes, whatever the device's own are.
        (HostFile.line(self.sysfs.appending("size")).flatMap { UInt64($0) } ?? 0) * 512
    }

    /// Opens the LUKS2 header at the start of a block device: what is written above is encrypted below, discards pass.
    ///
    /// - Parameters:
    ///   - device: the device below.
    ///   - name: the new device's name, at most 80 bytes.
    ///   - readOnly: whether it refuses writes.
    /// - Throws: ``HostError``: `EPERM` for another key than the header's, `EINVAL` without a LUKS2 header, `EEXIST` for
    ///   a name that is taken, `EBUSY` if something else uses the device, `ENOTSUP` or `ENODEV` where the kernel has no
    ///   dm-crypt.
    package static func open(
        _ device: FilePath,
        as name: String,
        key: DataEncryptionKey,
        readOnly: Bool,
        sysfs: FilePath = "/sys"
    ) throws(HostError) -> DMCryptDevice {
        // Waits for a silent cluster here, where no other volume does.
        try BlockDevice(device).flush()
        _ = try BlockDevice(device).read(count: LUKSHeader.headsSize)
        let flags = LOCKER_ACTIVATE_ALLOW_DISCARDS | (readOnly ? LOCKER_ACTIVATE_READONLY : 0)
        try CryptContext.with("\(device)", "crypt_init", { crypt_init($0, device.string) }) {
            (context) throws(HostError) in
            try context.check("crypt_load") { crypt_load($0, CRYPT_LUKS2, nil) }
            try context.activate(as: name, key, flags)
        }
        guard let opened = Self.find(name, sysfs: sysfs) else {
            throw HostError(call: "crypt_activate", code: .noSuchFileOrDirectory, object: name)
        }
        return opened
    }

    /// Lets it follow the size of the device below.
    ///
    /// - Parameter key: the header's: the kernel takes a new table with the volume key only.
    /// - Throws: ``HostError``: `EPERM` for another key.
    package func followSize(key: DataEncryptionKey) throws(HostError) {
        let name = self.name
        try CryptContext.with(name, "crypt_init_by_name", { crypt_init_by_name($0, name) }) {
            (context) throws(HostError) in
            var active = crypt_active_device()
            try context.check("crypt_get_active_device") { crypt_get_active_device($0, name, &active) }
            // Where the volume key is in the kernel's keyring rather than in the table, it is looked for in this thread's.
            if active.flags & LOCKER_ACTIVATE_KEYRING_KEY != 0 {
                try context.activate(as: nil, key, LOCKER_ACTIVATE_KEYRING_KEY)
            }
            try context.check("crypt_resize") { crypt_resize($0, name, 0) }
        }
    }

    /// Takes it away; one that is gone is not an error.
    ///
    /// - Throws: ``HostError`` with `EBUSY` while somebody uses it, named in the note: nothing is changed then.
    package func close() throws(HostError) {
        let name = self.name
        do throws(HostError) {
            try CryptContext.with(name, "crypt_init", { crypt_init($0, nil) }) { (context) throws(HostError) in
                try context.check("crypt_deactivate") { crypt_deactivate($0, name) }
            }
        } catch {
            switch error.code.rawValue {
            case ENODEV, ENXIO, ENOENT: return
            case EBUSY:
                let holders = DeviceHolders.description(of: BlockDevice(self.path), sysfs: self.sysfs)
                throw HostError(call: error.call, code: error.code, object: "\(self.path)", note: holders)
            default: throw error
            }
        }
    }
}

extension CryptContext {
    /// Opens the header with a key, under a name or only to have the volume key at hand.
    fileprivate func activate(as name: String?, _ key: DataEncryptionKey, _ flags: UInt32) throws(HostError) {
        try key.withBytes { (bytes) throws(HostError) in
            let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            try self.check("crypt_activate_by_passphrase") {
                crypt_activate_by_passphrase($0, name, CRYPT_ANY_SLOT, text, bytes.count, flags)
            }
        }
    }
}
