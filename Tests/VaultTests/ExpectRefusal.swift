// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import Testing

/// Expects that `body` is refused with `code`, in words that hold every one of `words`.
///
/// - Returns: the refusal's message, for further looks at it; empty if there was none.
@discardableResult
func expectRefusal<T>(
    _ code: LockerError.Code,
    saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> T
) async -> String {
    do {
        let value = try await body()
        Issue.record("expected \(code), got \(value)", sourceLocation: sourceLocation)
        return ""
    } catch let error as LockerError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        for word in words {
            #expect(error.message.contains(word), "\(error)", sourceLocation: sourceLocation)
        }
        return error.message
    } catch {
        Issue.record("expected \(code), got \(error)", sourceLocation: sourceLocation)
        return ""
    }
}
