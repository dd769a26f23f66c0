// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import SystemPackage

/// Keeps another process' files open while that one is replaced: ``DescriptorStore``'s other side.
///
/// One process at a time has it: the next one that connects is given what the last has left. What nobody asks for is closed
/// after a while, and the kernel then finds out that its server is dead.
package final class DescriptorStoreServer: Sendable {
    private let threads: ServingThreads<DescriptorStoreLoop>

    /// Keeps files from now on, on a thread of its own.
    ///
    /// - Parameters:
    ///   - path: of the socket, which only this process' user can connect to. One that a killed process has left is replaced.
    ///   - patience: how long files are kept for a process that has gone.
    /// - Throws: ``HostError``: `EADDRINUSE` if another process listens there.
    package init(at path: FilePath, patience: Duration = .seconds(30)) throws(HostError) {
        let loop = try DescriptorStoreLoop(at: path, patience: patience)
        self.threads = try ServingThreads([loop], name: "the thread that keeps descriptors")
    }

    /// Closes everything, removes the socket and ends the thread, which happens at once.
    package func stop() {
        self.threads.stop()
    }
}
