// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore
internal import Testing

/// A call that has to be refused.
struct LimitCase: Sendable {
    /// What is wrong with it.
    let what: String
    let codes: [RPCError.Code]
    /// What the message has to name.
    let words: [String]
    let call: @Sendable (Peer) async throws -> Void

    init(
        _ what: String,
        _ codes: RPCError.Code...,
        naming words: String...,
        call: @escaping @Sendable (Peer) async throws -> Void
    ) {
        self.what = what
        self.codes = codes
        self.words = words
        self.call = call
    }

    /// Makes the call, and expects a refusal in words.
    func check(_ peer: Peer, sourceLocation: SourceLocation = #_sourceLocation) async {
        do {
            try await self.call(peer)
            Issue.record("\(self.what): taken", sourceLocation: sourceLocation)
        } catch let error as RPCError {
            #expect(self.codes.contains(error.code), "\(self.what): \(error)", sourceLocation: sourceLocation)
            #expect(Array(error.metadata["grpc-status-details-bin"]).isEmpty, sourceLocation: sourceLocation)
            #expect(!error.message.isEmpty, "\(self.what)", sourceLocation: sourceLocation)
            // A message is for people to read: what was too long is not repeated in it.
            #expect(error.message.utf8.count < 1024, "\(self.what)", sourceLocation: sourceLocation)
            for word in self.words {
                #expect(error.message.contains(word), "\(self.what): \(error.message)", sourceLocation: sourceLocation)
            }
        } catch {
            Issue.record(error, "\(self.what)", sourceLocation: sourceLocation)
        }
    }
}
