// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Foundation
internal import SystemPackage
internal import TestSupport
internal import Testing

/// That no function of Ceph's is left out of the killer's list.
struct CephCallListTests {
    @Test("The killer stands before every function of librados and librbd that talks to the cluster")
    func complete() throws {
        let root = RepositoryRoot.path
        let list = try String(
            contentsOfFile: root.appending("Tests/CephCallKiller/ceph_calls.h").string,
            encoding: .utf8
        )
        let listed = Set(list.matches(of: /CALL\(([a-z0-9_]+)\)/).map { String($0.1) })
        var called: Set<String> = []
        for room in ["Sources/Rados", "Sources/RBD"] {
            let files = try #require(FileManager.default.enumerator(atPath: root.appending(room).string))
            for case let file as String in files where file.hasSuffix(".swift") {
                let text = try String(contentsOfFile: root.appending(room).appending(file).string, encoding: .utf8)
                for match in text.matches(of: /\b((?:rados|rbd)_[a-z0-9_]+)\(/) { called.insert(String(match.1)) }
            }
        }
        let missing = called.subtracting(listed).filter { !Self.isLocal($0) }
        #expect(missing.isEmpty, "\(missing.sorted())")
    }

    /// What works on this side alone: handles, lists that were received, options and operations that are being put
    /// together; and what belongs to I/O on an open image, which the data process makes and not the controller.
    private static func isLocal(_ name: String) -> Bool {
        let endings = [
            "_t", "_cleanup", "_end", "_free", "_release", "_destroy", "_close", "_return_value", "_version",
        ]
        if endings.contains(where: name.hasSuffix) { return name != "rbd_close" }
        let beginnings = [
            "rados_write_op_", "rados_read_op_", "rados_release_", "rados_create", "rados_aio_create", "rados_conf_",
            "rados_ioctx_", "rados_set_pool_full_try", "rados_omap_get_next", "rados_nobjects_list_open",
            "rados_cluster_fsid", "rados_getaddrs", "rados_shutdown",
            // What an open image knows without asking.
            "rbd_get_", "rbd_stat", "rbd_snap_get_", "rbd_snap_is_protected", "rbd_is_exclusive_lock_owner",
            "rbd_image_options_", "rbd_aio_", "rbd_update_watch", "rbd_update_unwatch", "rbd_snap_set", "rbd_version",
        ]
        return beginnings.contains(where: name.hasPrefix)
    }
}
