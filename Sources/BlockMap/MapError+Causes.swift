// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import Rados
internal import SystemPackage

extension MapError {
    /// Says what a failure below means for mapping.
    ///
    /// - Parameters:
    ///   - error: a failure of Ceph or of this machine; a ``MapError`` stays what it is.
    ///   - doing: what was to be done, on which object: "map fe34 (image students/vol1)".
    static func wrapping(_ error: any Error, _ doing: String) -> MapError {
        switch error {
        case let error as MapError: return error
        case let error as CephError:
            return MapError(Self.code(ceph: error.code.rawValue), "cannot \(doing)", cause: error)
        case let error as HostError:
            return MapError(Self.code(host: error.code.rawValue), "cannot \(doing)", cause: error)
        default: return MapError(.failed, "cannot \(doing)", cause: error)
        }
    }

    private static func code(ceph code: CInt) -> Code {
        switch code {
        case ENOENT: .notFound
        // Another client keeps the exclusive lock.
        case EROFS, EBUSY: .busy
        case ENOSYS, EOPNOTSUPP: .unsupported
        default: .failed
        }
    }

    private static func code(host code: CInt) -> Code {
        switch code {
        case EBUSY: .busy
        case ENOSYS, EOPNOTSUPP, ENODEV: .unsupported
        default: .failed
        }
    }
}
