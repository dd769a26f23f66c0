// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

/// A server could not listen where it should.
package struct ListenError: Error, Sendable, CustomStringConvertible {
    /// Where it should have listened.
    package let address: ListenAddress
    /// The option that names the address.
    package let option: String
    /// What NIO or the kernel said.
    package let cause: any Error

    package var description: String {
        "could not listen on \(self.address): \(self.cause); another process may have the port, or the address is not"
            + " this machine's: choose another \(self.option)"
    }
}
