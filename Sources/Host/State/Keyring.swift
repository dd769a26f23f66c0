// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import SystemPackage

/// Root's user keyring in the kernel: where a volume's keys wait between stage and unstage, so that none is ever on
/// a disk or in an argument list. It is empty after a reboot. See: man 7 keyrings, man 7 user-keyring.
package enum Keyring {
    /// Why this process' session does not lead to root's keyring; `nil` if it does.
    ///
    /// Reading a key, and the kernel's own search for one, which kernel rbd and dm-crypt make, start from the session's
    /// keyring. A login's leads to the user's; a container has one of its own, which is empty. The session belongs to the
    /// whole process, so once is enough; linked twice is linked once. See: man 7 session-keyring (possession).
    private static let obstacle: HostError? = {
        do throws(HostError) {
            try systemCall("keyctl(KEYCTL_LINK)", "root's keyring to the session's") {
                locker_link_key(LOCKER_USER_KEYRING, LOCKER_SESSION_KEYRING)
            }
            return nil
        } catch {
            return error
        }
    }()

    /// Adds a key, or gives the one of that name a new payload.
    ///
    /// - Parameters:
    ///   - type: "user" for what this process reads again, "ceph" for what kernel rbd takes.
    ///   - name: the key's description.
    ///   - payload: the key itself; at most 32 KiB.
    /// - Throws: ``HostError``: `EDQUOT` when root's keys are full, `ENODEV` for a type the kernel does not know.
    package static func add(type: String = "user", name: String, payload: [UInt8]) throws(HostError) {
        // Before the kernel is to find it.
        _ = Self.obstacle
        try systemCall("add_key", "\(type) \(name)") {
            locker_add_key(type, name, payload, payload.count, LOCKER_USER_KEYRING)
        }
    }

    /// A key's payload; `nil` if there is no such key.
    ///
    /// - Throws: ``HostError``.
    package static func read(type: String = "user", name: String) throws(HostError) -> [UInt8]? {
        let obstacle = Self.obstacle
        guard let key = try Self.find(type: type, name: name) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let length: Int
            do throws(HostError) {
                length = try systemCall("keyctl(KEYCTL_READ)", "\(type) \(name)") {
                    locker_read_key(key, &buffer, buffer.count)
                }
            } catch {
                guard let obstacle else { throw error }
                throw error.with(note: "this process' session does not lead to root's keyring: \(obstacle)")
            }
            if length <= buffer.count { return Array(buffer.prefix(length)) }
            buffer = [UInt8](repeating: 0, count: length)
        }
    }

    /// Takes a key out of the keyring; one that is not there is not an error.
    ///
    /// - Throws: ``HostError``.
    package static func remove(type: String = "user", name: String) throws(HostError) {
        guard let key = try Self.find(type: type, name: name) else { return }
        try systemCall("keyctl(KEYCTL_UNLINK)", "\(type) \(name)") { locker_unlink_key(key, LOCKER_USER_KEYRING) }
    }

    /// A key's number; `nil` if there is no such key.
    static func find(type: String, name: String) throws(HostError) -> Int32? {
        do throws(HostError) {
            return try systemCall("keyctl(KEYCTL_SEARCH)", "\(type) \(name)") {
                locker_search_key(LOCKER_USER_KEYRING, type, name)
            }
        } catch {
            let gone: [Int32] = [ENOKEY, EKEYREVOKED, EKEYEXPIRED]
            if gone.contains(error.code.rawValue) { return nil }
            throw error
        }
    }
}
