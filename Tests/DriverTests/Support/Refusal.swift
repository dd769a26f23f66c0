// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore
internal import Testing

/// Expects a call to be refused with a status, in words that a person can use.
///
/// - Parameters:
///   - code: the status' code.
///   - words: what its message names.
///   - what: the case, for the report of a failure.
/// - Returns: the message.
@discardableResult
func expectRefusal<Answer>(
    _ code: RPCError.Code,
    naming words: String...,
    in what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ call: () async throws -> Answer
) async -> String {
    do {
        let answer = try await call()
        Issue.record("\(what): answered \(answer), not \(code)", sourceLocation: sourceLocation)
        return ""
    } catch let error as RPCError {
        #expect(error.code == code, "\(what): \(error)", sourceLocation: sourceLocation)
        #expect(!error.message.isEmpty, "\(what): \(code) says nothing", sourceLocation: sourceLocation)
        // The specification wants no details.
        let details = Array(error.metadata["grpc-status-details-bin"])
        #expect(details.isEmpty, "\(what)", sourceLocation: sourceLocation)
        for word in words {
            #expect(error.message.contains(word), "\(what): \(error.message)", sourceLocation: sourceLocation)
        }
        return error.message
    } catch {
        Issue.record(error, "\(what)", sourceLocation: sourceLocation)
        return ""
    }
}
