// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

package import Locker

extension ControllerServer {
    /// What there is now, where lists look: for people, so no call of CSI's.
    ///
    /// - Throws: ``LockerError`` if a cluster does not answer.
    package func status(_ query: StatusQuery) async throws -> StatusSnapshot {
        try await self.volumes.status(query, in: self.places(after: nil))
    }
}
