// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Synchronization

/// The files of a server, by name and by the number the kernel knows each by.
final class FUSEDirectory: Sendable {
    /// The directory's own number, `FUSE_ROOT_ID`.
    static let root: UInt64 = 1

    private struct State {
        var files: [UInt64: any BlockBackend] = [:]
        var numbers: [String: UInt64] = [:]
        var next = FUSEDirectory.root + 1
    }

    private let state = Mutex(State())

    /// Adds a file; its number is never given to another.
    func add(_ file: any BlockBackend, named name: String) {
        self.state.withLock { state in
            state.files[state.next] = file
            state.numbers[name] = state.next
            state.next += 1
        }
    }

    func remove(named name: String) {
        self.state.withLock { state in
            guard let number = state.numbers.removeValue(forKey: name) else { return }
            state.files[number] = nil
        }
    }

    func file(_ number: UInt64) -> (any BlockBackend)? {
        self.state.withLock { $0.files[number] }
    }

    func file(named name: String) -> (number: UInt64, file: any BlockBackend)? {
        self.state.withLock { state in
            guard let number = state.numbers[name], let file = state.files[number] else { return nil }
            return (number, file)
        }
    }
}
