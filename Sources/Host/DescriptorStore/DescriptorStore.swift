// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import CLinux
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Open files of this process that another one keeps open beyond its death, for its successor; as systemd's descriptor store
/// does for a service.
///
/// Without a process that keeps them, everything works all the same, and a successor finds nothing. All calls may be made
/// from any thread; one that hangs is waited for for two seconds when this is made, and a fifth of one later.
package final class DescriptorStore: Sendable {
    private struct State {
        var socket: CInt = -1
        /// This process' own, as duplicates.
        var kept: [String: CInt] = [:]
        /// A dead process', which nobody has taken yet.
        var left: [String: CInt] = [:]
    }

    // How long the other process may take to answer: at first, for what it has, and later, when others wait meanwhile.
    private static let patience = (first: CInt(2000), later: CInt(200))

    private let path: FilePath
    private let state = Mutex(State())

    /// Looks what a dead process has left in a store.
    ///
    /// - Parameter path: where ``DescriptorStoreServer`` listens. That nobody does is not an error.
    package init(at path: FilePath) {
        self.path = path
        self.state.withLock { state in
            guard self.connect(&state, patience: Self.patience.first) else { return }
            while let message = DescriptorMessage.receive(from: state.socket, waits: true), message.verb == .keep {
                if let old = state.left.updateValue(message.file, forKey: message.name) { _ = Glibc.close(old) }
            }
        }
    }

    deinit {
        self.state.withLock { state in
            for file in state.kept.values { _ = Glibc.close(file) }
            for file in state.left.values { _ = Glibc.close(file) }
            if state.socket >= 0 { _ = Glibc.close(state.socket) }
        }
    }

    /// What a dead process has left and nobody has taken.
    package var left: Set<String> { self.state.withLock { Set($0.left.keys) } }

    /// Takes what a dead process has left; it stays in the store until ``keep(_:named:)`` or ``drop(_:)``.
    ///
    /// - Returns: a descriptor, which is the caller's to close; `nil` if there is none of this name.
    package func take(_ name: String) -> CInt? {
        self.state.withLock { $0.left.removeValue(forKey: name) }
    }

    /// Has a file kept open, instead of another of this name.
    ///
    /// - Parameter file: a descriptor, which stays the caller's.
    package func keep(_ file: CInt, named name: String) {
        let copy = fcntl(file, F_DUPFD_CLOEXEC, 0)
        // No descriptor is free: its owner finds that out by itself, and there is nothing to keep.
        guard copy >= 0 else { return }
        self.state.withLock { state in
            let old = [state.kept.updateValue(copy, forKey: name), state.left.removeValue(forKey: name)]
            for file in old.compactMap(\.self) { _ = Glibc.close(file) }
            self.send(DescriptorMessage(.keep, name, copy), &state)
        }
    }

    /// Has a file let go: a dead process' as well. One that is not kept is not an error.
    package func drop(_ name: String) {
        self.state.withLock { state in
            let files = [state.kept.removeValue(forKey: name), state.left.removeValue(forKey: name)]
            for file in files.compactMap(\.self) { _ = Glibc.close(file) }
            self.send(DescriptorMessage(.drop, name), &state)
        }
    }

    /// Lets go of what a dead process has left and this one has no use for.
    package func dropLeft(except isWanted: (String) -> Bool) {
        for name in self.left where !isWanted(name) { self.drop(name) }
    }

    /// Gives everything to the process that keeps it if that is a new one; to be called now and then.
    package func refresh() {
        self.state.withLock { state in
            if state.socket >= 0, locker_peer_is_gone(state.socket) == 0 { return }
            guard self.connect(&state, patience: Self.patience.later) else { return }
            // What a store has that this process has not is of no use to anybody.
            while let message = DescriptorMessage.receive(from: state.socket, waits: true), message.verb == .keep {
                _ = Glibc.close(message.file)
                if state.kept[message.name] == nil, state.left[message.name] == nil {
                    self.send(DescriptorMessage(.drop, message.name), &state)
                }
            }
            for (name, file) in state.left.merging(state.kept, uniquingKeysWith: { $1 }) {
                self.send(DescriptorMessage(.keep, name, file), &state)
            }
        }
    }

    private func connect(_ state: inout State, patience: CInt) -> Bool {
        if state.socket >= 0 { _ = Glibc.close(state.socket) }
        state.socket = locker_unix_connect(self.path.string, LOCKER_UNIX_MESSAGES, patience)
        return state.socket >= 0
    }

    /// A store that has gone is noticed, and filled, by ``refresh()``.
    private func send(_ message: DescriptorMessage, _ state: inout State) {
        guard state.socket >= 0, !message.send(to: state.socket) else { return }
        _ = Glibc.close(state.socket)
        state.socket = -1
    }
}
