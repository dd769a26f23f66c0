// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import LockerProto

extension ErasureProgress {
    /// What the erasure waits for, or else how it failed last; empty if nothing holds it up.
    package var reason: String { self.waitingFor.isEmpty ? self.failure : self.waitingFor }
}
