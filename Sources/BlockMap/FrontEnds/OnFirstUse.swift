// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Host
internal import Synchronization

/// Something that is made when it is first needed, and once: a process that serves no device has no threads for them.
final class OnFirstUse<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    /// It, made if it is not there; others wait meanwhile, so that there are never two.
    func get(_ make: () throws(HostError) -> Value) throws(HostError) -> Value {
        try self.value.withLock { value throws(HostError) in
            if let value { return value }
            let made = try make()
            value = made
            return made
        }
    }

    /// Gives it up, if it was made.
    func take() -> Value? {
        self.value.withLock { $0.take() }
    }
}
