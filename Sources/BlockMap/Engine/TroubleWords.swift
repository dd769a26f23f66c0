// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import SystemPackage

/// What is wrong with a volume's I/O, for a person who knows neither librbd nor errno.
enum TroubleWords {
    /// How long a request may wait before it is trouble: an OSD that died is noticed and replaced in less.
    static let patience = Duration.seconds(30)

    /// Whether an errno says that this client was fenced.
    static func isFenced(_ code: Errno) -> Bool {
        code.rawValue == ESHUTDOWN
    }

    /// Words for a failed request.
    static func words(for code: Errno, _ operation: BlockOperation) -> String {
        switch code.rawValue {
        case ESHUTDOWN:
            "fenced: the cluster refuses this client for good, so that another may write; remount the volume"
        case ETIMEDOUT: "the cluster did not answer a \(operation) within the volume's ioTimeout"
        case ENOSPC: "a \(operation) failed: the pool is full"
        case EDQUOT: "a \(operation) failed: the pool's quota is used up"
        case EROFS: "a \(operation) failed: the image is read-only, or another client took its lock"
        case ENOENT: "a \(operation) failed: the image or its pool is gone"
        case EPERM, EACCES: "a \(operation) failed: the Ceph user may not do it"
        default: "a \(operation) failed: \(code)"
        }
    }

    /// Words for a request that waits.
    static func words(waiting: Duration) -> String {
        "the cluster has not answered a request for \(waiting.components.seconds) s; I/O waits and goes on when it does"
    }
}
