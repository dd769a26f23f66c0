// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import SystemPackage
internal import TestSupport
internal import Testing

/// Expects that `body` throws a ``Rados/CephError`` with `code`.
func expectErrno<T>(
    _ code: Errno,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> T
) async throws {
    let found = try await errno(of: body)
    #expect(found == code, sourceLocation: sourceLocation)
}
