// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CRBD

/// How an image is encrypted by librbd.
package enum EncryptionFormat: Sendable, Hashable {
    /// LUKS version 1: a header of 4 MiB.
    case luks1
    /// LUKS version 2: a header of 16 MiB.
    case luks2
}

/// What the loaded librbd can do, looked up rather than derived from its version.
package enum LibraryFeatures {
    /// The library's version, `1.16.0`: that of librbd, not of Ceph.
    package static var version: String {
        var (major, minor, extra): (CInt, CInt, CInt) = (0, 0, 0)
        rbd_version(&major, &minor, &extra)
        return "\(major).\(minor).\(extra)"
    }

    /// Whether a clone can have a key of its own (`rbd_encryption_load2`, librbd 1.17).
    package static var hasLayeredEncryption: Bool {
        locker_rbd_encryption_load2() != nil
    }
}
