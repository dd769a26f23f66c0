// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Rados
internal import SystemPackage

extension LockerError {
    /// What a failed call of Ceph means where no operation has a meaning of its own for the errno.
    ///
    /// - Parameters:
    ///   - error: the failed call.
    ///   - action: what was being done, in words that go after "could not": "create image students/x".
    package init(_ error: CephError, could action: String) {
        let said = "could not \(action): \(error)"
        switch error.code {
        case .timedOut, .connectionRefused, .socketNotConnected, .resourceTemporarilyUnavailable, .canceled:
            self.init(
                .unavailable,
                "\(said). The cluster did not answer in time; it is safe to try again.",
                cause: error
            )
        case .socketShutdown:
            self.init(
                .unavailable,
                "\(said). This client was blocklisted by another; a new connection is made for the next try.",
                cause: error
            )
        case .permissionDenied where error.call == "rados_connect", .notPermitted where error.call == "rados_connect":
            self.init(.unauthenticated, "\(said). Check userID and userKey in the Secret.", cause: error)
        case .noSuchFileOrDirectory where error.call == "rados_connect",
            .invalidArgument where error.call == "rados_connect":
            // No such user; a key that is no key.
            self.init(.unauthenticated, "\(said). Check userID and userKey in the Secret.", cause: error)
        case .invalidArgument where ["rados_connect", "rados_conf_set"].contains(error.call):
            self.init(
                .unauthenticated,
                "\(said). Either userKey in the Secret is no cephx key, or config.json has an address that cannot be read.",
                cause: error
            )
        case .permissionDenied, .notPermitted:
            self.init(
                .permissionDenied,
                "\(said). The cephx user needs the caps \"profile rbd\" for mon, mgr and this pool.",
                cause: error
            )
        case .noSpace, .diskQuotaExceeded:
            self.init(.resourceExhausted, "\(said). The pool or its quota is full.", cause: error)
        case .notSupported, .noFunction:
            self.init(
                .failedPrecondition,
                "\(said). The cluster or its client library does not offer it.",
                cause: error
            )
        default:
            self.init(.internal, said, cause: error)
        }
    }
}

/// Runs `body` and gives a failed call of Ceph the general meaning.
///
/// - Parameters:
///   - action: what is being done, in words that go after "could not".
///   - body: the calls.
/// - Throws: ``LockerError`` for a ``CephError``; anything else as it is.
package func explaining<T>(_ action: @autoclosure () -> String, _ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let error as CephError {
        throw LockerError(error, could: action())
    }
}
