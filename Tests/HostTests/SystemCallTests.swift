// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Glibc
internal import Host
internal import SystemPackage
internal import Testing

/// The one place that reads errno.
struct SystemCallTests {
    @Test("What a call answers is given; what it fails with is said with its object")
    func failure() async throws {
        #expect(try systemCall("answer", "x") { 7 } == 7)
        #expect(try systemCall("answer", "x") { -2 } == -2)
        let error = try await expectErrno(.permissionDenied) {
            try systemCall("open", "/some/file") { () -> CInt in
                errno = EACCES
                return -1
            }
        }
        #expect(error.call == "open" && error.object == "/some/file")
        #expect(error.description == "open(/some/file): Permission denied (EACCES)")
        #expect(error.with(note: "held").description == "open(/some/file): Permission denied (EACCES): held")
    }

    @Test("A call that a signal cut short is made again, unless it must not be")
    func interrupted() async throws {
        var calls = 0
        let answer = try systemCall("read", "x") { () -> CInt in
            calls += 1
            errno = EINTR
            return calls < 3 ? -1 : 5
        }
        #expect(answer == 5 && calls == 3)
        try await expectErrno(.interrupted) {
            try systemCall("close", "x", retryOnInterrupt: false) { () -> CInt in
                errno = EINTR
                return -1
            }
        }
    }
}
