// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import BlockMap
internal import CSI
internal import Driver
internal import GRPCCore
internal import Host
internal import Locker
internal import Rados
internal import SystemPackage
internal import Testing

/// What a caller gets of each kind of failure.
@Suite
struct StatusMappingTests {
    @Test("What the data process refused is passed on with its code and words, and without its trailers")
    func passedOn() {
        let answer = RPCError(
            code: .failedPrecondition,
            message: "device /dev/nbd3 is mounted at /mnt",
            metadata: ["grpc-status": "9", "content-type": "application/grpc"]
        )
        let status = StatusMapping.status(for: answer)
        #expect(status.code == .failedPrecondition && status.message == answer.message)
        #expect(status.metadata.isEmpty)
    }

    @Test("Each error has its code, and its words are kept")
    func codes() {
        let silent = CephError(call: "rbd_open", code: .timedOut, object: "students/lab")
        let full = CephError(call: "rbd_resize", code: .noSpace, object: "students/lab")
        let cases: [(any Error, RPCError.Code, String)] = [
            (FieldError("volume_id", "is empty"), .invalidArgument, "volume_id"),
            (LockerError(.resourceExhausted, "no room"), .resourceExhausted, "no room"),
            (LockerError(.aborted, "at work"), .aborted, "at work"),
            (LockerError(.internal, "a bug"), .internalError, "a bug"),
            (MapError(.busy, "mounted at /mnt"), .failedPrecondition, "/mnt"),
            (MapError(.notFound, "no image lab"), .notFound, "lab"),
            (MapError(.failed, "no device"), .internalError, "no device"),
            (MapError(.failed, "no device", cause: silent), .unavailable, "students/lab"),
            (full, .resourceExhausted, "students/lab"),
            (
                HostError(call: "openat2", code: .tooManySymbolicLinkLevels, object: "/pods/a"), .failedPrecondition,
                "/pods/a"
            ),
            (HostError(call: "mount", code: .ioError, object: "/dev/nbd3"), .internalError, "/dev/nbd3"),
            (CancellationError(), .unavailable, "shutting down"),
        ]
        for (error, code, words) in cases {
            let status = StatusMapping.status(for: error)
            #expect(status.code == code && status.message.contains(words), "\(error): \(status)")
            #expect(status.metadata.isEmpty)
        }
    }
}
