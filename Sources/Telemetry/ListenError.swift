// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// The metrics server could not listen where it should.
package struct ListenError: Error, Sendable, CustomStringConvertible {
    /// Where it should have listened.
    package let address: ListenAddress
    /// What NIO or the kernel said.
    package let cause: any Error

    package var description: String {
        "could not listen on \(self.address): \(self.cause); another process may have the port, or the address is not"
            + " this machine's: choose another --http-endpoint"
    }
}
