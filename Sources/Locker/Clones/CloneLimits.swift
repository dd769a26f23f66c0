// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// How long chains of clones may get, and how many clones may hang on one image.
///
/// A read of a part that a clone never wrote goes through every image below it, and no image below can be erased.
enum CloneLimits {
    /// A clone with so many images below it, or more, is flattened in the background. ceph-csi's default.
    static let softDepth: UInt32 = 4

    /// A clone with so many images below it, or more, is flattened before it is handed out. The kernel reads through at
    /// most 16 images (RBD_MAX_PARENT_CHAIN_LEN).
    static let hardDepth: UInt32 = 12

    /// A clone of a volume that has so many snapshots, or more, is flattened in the background, which lets its own go;
    /// those that former clones still need are counted, too. The kernel maps no image with more than 510.
    static let softSnapshots = 250
}
