// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import GRPCCore
internal import Glibc
internal import Testing

extension Installation {
    /// Starts a controller that is killed at a step, and calls it: the call fails, and the controller is dead.
    func expectDeath<T>(
        at step: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ call: (LockerProcess) async throws -> T
    ) async throws {
        let killed = try await self.controller(killedAt: step)
        await #expect(throws: RPCError.self, sourceLocation: sourceLocation) { _ = try await call(killed) }
        try #require(await killed.wait() == 128 + SIGKILL, sourceLocation: sourceLocation)
    }
}
