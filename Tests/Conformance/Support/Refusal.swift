// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore
internal import Testing

/// Expects a call to be refused with one of some statuses, in words, and without details.
///
/// - Returns: the message; empty if it was not refused.
@discardableResult
func refused<Answer>(
    _ codes: RPCError.Code...,
    naming words: [String] = [],
    in what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ call: () async throws -> Answer
) async -> String {
    do {
        let answer = try await call()
        Issue.record("\(what): answered \(answer), not \(codes)", sourceLocation: sourceLocation)
        return ""
    } catch let error as RPCError {
        #expect(codes.contains(error.code), "\(what): \(error)", sourceLocation: sourceLocation)
        #expect(!error.message.isEmpty, "\(what): \(error.code) says nothing", sourceLocation: sourceLocation)
        let details = Array(error.metadata["grpc-status-details-bin"])
        #expect(details.isEmpty, "\(what): the status has details", sourceLocation: sourceLocation)
        for word in words {
            #expect(error.message.contains(word), "\(what): \(error.message)", sourceLocation: sourceLocation)
        }
        return error.message
    } catch {
        Issue.record(error, "\(what)", sourceLocation: sourceLocation)
        return ""
    }
}
