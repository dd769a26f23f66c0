// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// Told of every step of an operation before the next is begun.
///
/// Tests stop the process, or make a step fail, between any two steps through it; otherwise it does nothing.
package struct StepHook: Sendable {
    private let body: @Sendable (String) throws -> Void

    /// Does nothing.
    package static let none = StepHook { _ in }

    /// Calls `body` with each step's name, `create.recorded` for instance. What it throws ends the operation there.
    package init(_ body: @escaping @Sendable (String) throws -> Void) {
        self.body = body
    }

    /// Tells that a step is done.
    package func reached(_ step: String) throws {
        try self.body(step)
    }
}
