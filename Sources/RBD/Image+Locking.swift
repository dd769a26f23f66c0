// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD
internal import Rados
internal import SystemPackage

extension Image {
    /// Who has the image open for writing just now; a client that died is listed until its watch times out (30 s).
    package func watchers() throws -> [Watcher] {
        try withList(of: rbd_image_watcher_t.self, count: 16, call: "rbd_watchers_list", object: self.path) {
            rbd_watchers_list(self.raw, $0, &$1)
        } read: { watchers in
            let list = watchers.map { Watcher(address: String(cString: $0.addr), id: $0.id, cookie: $0.cookie) }
            rbd_watchers_list_cleanup(watchers.baseAddress, watchers.count)
            return list
        }
    }

    /// The client instance that holds the exclusive lock, `ip:0/nonce`, or `nil` if nobody does.
    ///
    /// On an image opened read-only it is what the header said at opening, since no watch tells of changes.
    package func lockOwner() throws -> String? {
        let (raw, path) = (self.raw, self.path)  // see metadata(_:)
        do {
            var mode = RBD_LOCK_MODE_EXCLUSIVE
            let owners = try withList(
                of: UnsafeMutablePointer<CChar>?.self,
                count: 1,
                call: "rbd_lock_get_owners",
                object: path
            ) {
                rbd_lock_get_owners(raw, &mode, $0, &$1)
            } read: { owners in
                let names = owners.compactMap { $0.map { String(cString: $0) } }
                rbd_lock_get_owners_cleanup(owners.baseAddress, owners.count)
                return names
            }
            return owners.first
        } catch let error as CephError where error.code == .noSuchFileOrDirectory {
            return nil
        } catch let error as CephError where error.code == .invalidArgument {
            // The call is for handles that could take the lock themselves; a read-only one cannot.
            return try lockersInHeader(of: raw, path: path).first { $0.cookie.hasPrefix("auto ") }?.address
        }
    }

    /// Takes the exclusive lock and keeps it until the image is closed or the lock is released.
    ///
    /// - Throws: ``CephError`` with `EROFS` or `EBUSY` if another client keeps it.
    package func acquireLock() throws {
        try check(rbd_lock_acquire(self.raw, RBD_LOCK_MODE_EXCLUSIVE), "rbd_lock_acquire", self.path)
    }

    /// Lets the exclusive lock go.
    package func releaseLock() throws {
        try check(rbd_lock_release(self.raw), "rbd_lock_release", self.path)
    }

    /// Takes the exclusive lock from a client, which is to have been fenced before; librbd fences it too if its option
    /// `rbd_blocklist_on_break_lock` says so (it does), for one hour.
    ///
    /// - Parameter owner: the ``lockOwner()``.
    /// - Throws: ``CephError`` with `ENOENT` or `EBUSY` if somebody else holds it by now.
    package func breakLock(of owner: String) throws {
        try check(
            rbd_lock_break(self.raw, RBD_LOCK_MODE_EXCLUSIVE, owner),
            "rbd_lock_break",
            "\(self.path) of \(owner)"
        )
    }
}

/// The locks that an image's header has: librbd's own, whose cookie begins with "auto ", and those set by hand.
private func lockersInHeader(of image: rbd_image_t, path: String) throws -> [(address: String, cookie: String)] {
    var capacity = 256
    while true {
        var tag = [CChar](repeating: 0, count: capacity)
        var (clients, cookies, addresses) = (tag, tag, tag)
        var tagLength = capacity
        var (clientsLength, cookiesLength, addressesLength) = (capacity, capacity, capacity)
        var isExclusive: CInt = 0
        let result = rbd_list_lockers(
            image,
            &isExclusive,
            &tag,
            &tagLength,
            &clients,
            &clientsLength,
            &cookies,
            &cookiesLength,
            &addresses,
            &addressesLength
        )
        if result == -Int(Errno.outOfRange.rawValue) {
            capacity = max(tagLength, clientsLength, cookiesLength, addressesLength, capacity * 2)
            continue
        }
        try check(result, "rbd_list_lockers", path)
        guard result > 0 else { return [] }
        let names = String.list(nulSeparated: addresses, length: addressesLength)
        return zip(names, String.list(nulSeparated: cookies, length: cookiesLength)).map { (address: $0, cookie: $1) }
    }
}
