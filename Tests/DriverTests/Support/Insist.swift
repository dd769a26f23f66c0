// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore

/// Repeats a call of a node process until that has found a data process that has just started.
func insist(_ call: () async throws -> Void) async throws {
    while true {
        do {
            return try await call()
        } catch let error as RPCError where error.code == .unavailable {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
