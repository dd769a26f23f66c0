// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import SystemPackage
internal import Testing

/// Expects that `body` fails with `code`.
///
/// - Returns: the failure, for further looks at it.
@discardableResult
func expectErrno<T>(
    _ code: Errno,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> T
) async throws -> HostError {
    do {
        _ = try await body()
    } catch let error as HostError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        return error
    }
    Issue.record("nothing failed, \(code) was expected", sourceLocation: sourceLocation)
    return HostError(call: "none", code: code, object: "")
}
