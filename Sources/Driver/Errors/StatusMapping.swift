// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
package import GRPCCore
internal import Host
internal import Locker
internal import Rados
internal import SystemPackage

/// The one place where an error becomes a gRPC status.
package enum StatusMapping {
    /// The status that the caller gets.
    ///
    /// The message says what failed, on which object, and what to do; details stay empty, as the specification wants.
    package static func status(for error: any Error) -> RPCError {
        switch error {
        // Without the metadata: those of an answer that the data process gave are that answer's trailers, and a second set of
        // them makes the caller break the stream off.
        case let error as RPCError: RPCError(code: error.code, message: error.message)
        case let error as any RPCErrorConvertible: RPCError(error)
        case let error as FieldError: RPCError(code: .invalidArgument, message: "\(error)")
        case let error as LockerError: RPCError(code: self.code(error.code), message: error.message)
        case let error as MapError: self.status(for: error)
        case let error as CephError: self.status(for: LockerError(error, could: "finish the call"))
        case let error as HostError where error.code == .tooManySymbolicLinkLevels:
            RPCError(code: .failedPrecondition, message: "this node refused: \(error)")
        case let error as HostError: RPCError(code: .internalError, message: "this node refused: \(error)")
        case is CancellationError:
            RPCError(code: .unavailable, message: "Locker is shutting down; try again in a moment")
        default: RPCError(code: .internalError, message: "unexpected failure: \(error)")
        }
    }

    private static func status(for error: MapError) -> RPCError {
        if let ceph = error.cause as? CephError, error.code == .failed {
            return self.status(for: LockerError(ceph, could: "map the image (\(error.message))"))
        }
        switch error.code {
        case .busy: return RPCError(code: .failedPrecondition, message: "\(error)")
        case .notFound: return RPCError(code: .notFound, message: "\(error)")
        case .unsupported, .mismatch, .formatted: return RPCError(code: .failedPrecondition, message: "\(error)")
        default: return RPCError(code: .internalError, message: "\(error)")
        }
    }

    private static func code(_ code: LockerError.Code) -> RPCError.Code {
        switch code {
        case .invalidArgument: .invalidArgument
        case .notFound: .notFound
        case .alreadyExists: .alreadyExists
        case .permissionDenied: .permissionDenied
        case .unauthenticated: .unauthenticated
        case .resourceExhausted: .resourceExhausted
        case .failedPrecondition: .failedPrecondition
        case .aborted: .aborted
        case .outOfRange: .outOfRange
        case .unavailable: .unavailable
        default: .internalError
        }
    }
}
